#!/usr/bin/env python3
"""Prints the messages of an MQTT Loupe history as lines of JSON: python3 read-history.py history.db"""
import json, pathlib, sqlite3, sys, zlib
from datetime import datetime, timedelta, timezone
HEAD_BYTES = 65536  # what a payload has beyond them is in message_parts
def numbers(data):  # 7 bits a byte, lowest first; the top bit says that there is more
    value = shift = 0
    for byte in data:
        value, shift = value | (byte & 0x7F) << shift, shift + 7
        if byte < 0x80:
            yield value
            value = shift = 0
def messages(db, count, first_id, first_us, codec, topics, heads, body):
    unpack = lambda data, deflated: zlib.decompressobj(-15).decompress(data) if deflated else data
    pairs, heads, body = numbers(topics), numbers(unpack(heads, codec & 1)), unpack(body, codec & 2)
    topic, topics, ids, times = 0, [], [], []
    for step in pairs: topics += [topic := topic + step] * next(pairs)
    before = lambda column, at, first: column[-1] if at > 0 and topics[at] == topics[at - 1] else first
    signed = lambda number: number >> 1 ^ -(number & 1)  # 0, 1, 2, 3 … mean 0, -1, 1, -2 …
    for at in range(count): ids.append(before(ids, at, first_id) + next(heads))
    for at in range(count): times.append(before(times, at, first_us) + signed(next(heads)))
    flags = [next(heads) for _ in topics]
    packet_ids = [next(heads) if one & 3 else None for one in flags]
    properties = [max(next(heads) - 1, 0) for _ in topics]
    sizes, end = [next(heads) for _ in topics], 0
    for topic, id, us, skipped, size in zip(topics, ids, times, properties, sizes):
        begin, end = end + skipped, end + skipped + min(size, HEAD_BYTES)
        parts = db.execute("SELECT bytes FROM message_parts WHERE message = ? ORDER BY part", (id,)) if size > HEAD_BYTES else ()
        time = datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(microseconds=us)
        yield id, topic, time.isoformat(timespec="microseconds"), body[begin:end] + b"".join(part for part, in parts)
db = sqlite3.connect(pathlib.Path(sys.argv[1]).resolve().as_uri() + "?mode=ro", uri=True)
db.execute("BEGIN")  # one moment of a history that is being recorded
if db.execute("PRAGMA user_version").fetchone() != (5,):
    sys.exit("The history has another format than 5, which is the one that this program reads.")
names = dict(db.execute("SELECT key, name FROM topics"))
columns = "messages, b.first_id, b.first_us, codec, topics, heads, body"
for run in db.execute(f"""SELECT b.{columns} FROM batches b UNION ALL
                          SELECT b.{columns} FROM segments s JOIN blocks b ON b.segment = s.key"""):
    for id, topic, time, payload in messages(db, *run):
        print(json.dumps([id, names[topic], time, payload.decode("utf-8", "backslashreplace")]))
