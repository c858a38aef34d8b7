#!/usr/bin/env python3
"""Prints all messages of an MQTT Loupe history (format 3), a JSON object on each line: read-history.py FILE.db

The format is explained in history-format.md. Needs nothing but Python 3.9 or newer.
"""
import base64
import json
import sqlite3
import sys
import urllib.request
import zlib

FORMAT = 3
HEAD_BYTES = 64 * 1024  # so much of a payload is in its run, the rest in message_parts


def number(source):
    """The next base-128 number of an iterator of bytes."""
    value = shift = 0
    for byte in source:
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value
        shift += 7
    raise ValueError("a run ends too early")


def signed(source):
    value = number(source)
    return -(value + 1) // 2 if value % 2 else value // 2


def inflated(blob, is_deflated):
    return zlib.decompressobj(-15).decompress(blob) if is_deflated else blob


def decode(messages, first_id, first_us, codec, topics, heads, body):
    """Each message of a run: id, topic's key, time (µs), flags, packet identifier, properties, payload's size and beginning."""
    heads, body, topics = iter(inflated(heads, codec & 1)), inflated(body, codec & 2), iter(topics)
    keys, key = [], 0
    while len(keys) < messages:
        key += number(topics)
        keys += [key] * number(topics)

    def column(first, read):
        value, before = first, None
        for key in keys:
            value = (value if key == before else first) + read(heads)
            before = key
            yield value

    ids, times = list(column(first_id, number)), list(column(first_us, signed))
    flags = [next(heads) for _ in keys]
    packet_ids = [number(heads) if flag & 3 else None for flag in flags]
    properties = [number(heads) for _ in keys]
    sizes = [number(heads) for _ in keys]
    at = 0
    for row in zip(ids, keys, times, flags, packet_ids, properties, sizes):
        payload_at = at + max(0, row[5] - 1)
        end = payload_at + min(row[6], HEAD_BYTES)
        yield *row[:5], None if row[5] == 0 else body[at:payload_at], row[6], body[payload_at:end]
        at = end


def messages(database):
    """All messages, profile by profile, in the order of their ids."""
    names = dict(database.execute("SELECT key, name FROM topics"))
    columns = "messages, first_id, first_us, codec, topics, heads, body"
    units = """SELECT id, kind, unit FROM profiles JOIN (
        SELECT 'batches WHERE key' AS kind, key AS unit, profile, first_id FROM batches UNION ALL
        SELECT 'blocks WHERE segment', key, profile, first_id FROM segments) ON profile = profiles.key
        ORDER BY profile, first_id"""
    for profile, kind, unit in database.execute(units):
        runs = database.execute(f"SELECT {columns} FROM {kind} = ?", (unit,))
        for id, key, time, flags, packet_id, _, size, payload in sorted(
            (row for run in runs for row in decode(*run)), key=lambda row: row[0]
        ):
            if size > HEAD_BYTES:
                parts = database.execute("SELECT bytes FROM message_parts WHERE message = ? ORDER BY part", (id,))
                payload += b"".join(part for (part,) in parts)
            yield dict(
                id=id, profile=profile, topic=names[key], timeUs=time, qos=flags & 3, retain=flags & 4 > 0,
                dup=flags & 8 > 0, direction="out" if flags & 16 else "in", packetId=packet_id, payload=payload,
            )


def printable(payload):
    try:
        return dict(payload=payload.decode(), encoding="utf8")
    except UnicodeDecodeError:
        return dict(payload=base64.b64encode(payload).decode(), encoding="base64")


def main(file):
    database = sqlite3.connect(f"file:{urllib.request.pathname2url(file)}?mode=ro", uri=True, isolation_level=None)
    # One snapshot, also while it is being recorded: a batch must not become part of a segment in between.
    database.execute("BEGIN")
    (version,) = database.execute("PRAGMA user_version").fetchone()
    if version != FORMAT:
        sys.exit(f"{file} has format {version}; this program reads format {FORMAT}.")
    for message in messages(database):
        print(json.dumps({**message, **printable(message["payload"])}))


if __name__ == "__main__":
    main(sys.argv[1]) if len(sys.argv) == 2 else sys.exit(__doc__)
