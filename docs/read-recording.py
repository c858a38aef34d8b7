#!/usr/bin/env python3
"""Prints the messages of an MQTT Loupe recording as lines of JSON: python3 read-recording.py plant.mqttrec"""
import json, struct, sys, zlib
from datetime import datetime, timedelta, timezone
MAGIC, HEAD = b"\x89MQR\r\n\x1a\n", struct.Struct("<4sBBBxIIIIQII")
def bodies(file):  # the type and the body of each chunk, sound ones only
    data = file.read()
    if not data.startswith(MAGIC): sys.exit("This is no recording of MQTT Loupe.")
    at, body, following = len(MAGIC), b"", None
    while (at := data.find(b"MQRC", at)) >= 0 and at + HEAD.size <= len(data):
        _, kind, codec, flags, number, stored, raw, crc, before, count, own = HEAD.unpack_from(data, at)
        if zlib.crc32(data[at : at + HEAD.size - 4]) != own or max(stored, raw) > 4 << 20:
            at += 1  # no head: something that looks like one
            continue
        part, at = data[at + HEAD.size : at + HEAD.size + stored], at + HEAD.size + stored
        if len(part) < stored or zlib.crc32(part) != crc:
            print(f"A chunk with {count} messages is damaged.", file=sys.stderr)
            body, following = b"", None
            continue
        if number != following:  # not the next piece of the body before
            body = b""
            if kind == 3 and count == 0: continue
        body += zlib.decompressobj(-15).decompress(part, raw) if codec else part
        following = number + 1 if flags & 1 else None
        if following is None:
            yield kind, body
            body = b""
def messages(body):
    at, names, time, id, session = 0, [], 0, 0, 0
    def number():
        nonlocal at
        value = shift = 0
        while True:
            byte, at = body[at], at + 1
            value, shift = value | (byte & 0x7F) << shift, shift + 7
            if byte < 0x80: return value
    def signed(): return (value := number()) >> 1 ^ -(value & 1)  # 0, 1, 2, 3 … mean 0, -1, 1, -2 …
    def block():
        nonlocal at
        length = number()
        at += length
        return body[at - length : at]
    while at < len(body):
        flags, at = body[at], at + 1
        time, id = time + signed(), id + signed()
        if (topic := number()) == 0:
            names.append(block().decode("utf-8"))
            topic = len(names)
        if flags & 64: session = number()
        packet_id = number() if flags & 128 else None
        properties = block() if flags & 32 else None
        yield id, names[topic - 1], time, flags & 3, packet_id, properties, block()
with open(sys.argv[1], "rb") as file:
    for kind, body in bodies(file):
        if kind != 3: continue
        for id, topic, us, qos, packet_id, properties, payload in messages(body):
            time = (datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(microseconds=us)).isoformat(timespec="microseconds")
            print(json.dumps([id, topic, time, qos, packet_id, payload.decode("utf-8", "backslashreplace")]))
