-- Messages stand in runs: messages of one profile in the order (topic, id), column by column. docs/history-format.md
-- says what is in the blobs. A batch is a run as it came, one transaction each, not compressed; when enough of them have
-- come they are written anew as a segment: a range of ids of one profile, cut into compressed blocks.
-- `first_us` and `last_us` are the smallest and largest time; ids and times of one profile's batches and segments do
-- not overlap but where the clock was set back.

CREATE TABLE batches (
  key INTEGER PRIMARY KEY,
  profile INTEGER NOT NULL,
  first_id INTEGER NOT NULL,
  last_id INTEGER NOT NULL,
  first_us INTEGER NOT NULL,
  last_us INTEGER NOT NULL,
  messages INTEGER NOT NULL,
  -- Payloads that go on in message_parts, and what that takes.
  large INTEGER NOT NULL,
  part_bytes INTEGER NOT NULL,
  -- What the row takes; raw_bytes is its body without compression.
  bytes INTEGER NOT NULL,
  raw_bytes INTEGER NOT NULL,
  codec INTEGER NOT NULL,
  topics BLOB NOT NULL,
  heads BLOB NOT NULL,
  body BLOB NOT NULL
) STRICT;
CREATE INDEX batches_by_profile ON batches (profile, first_id);

CREATE TABLE segments (
  key INTEGER PRIMARY KEY,
  profile INTEGER NOT NULL,
  -- How often its messages were merged; small segments of one level become one of the next.
  level INTEGER NOT NULL,
  first_id INTEGER NOT NULL,
  last_id INTEGER NOT NULL,
  first_us INTEGER NOT NULL,
  last_us INTEGER NOT NULL,
  messages INTEGER NOT NULL,
  large INTEGER NOT NULL,
  part_bytes INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  raw_bytes INTEGER NOT NULL
) STRICT;
CREATE INDEX segments_by_profile ON segments (profile, first_id);

CREATE TABLE blocks (
  key INTEGER PRIMARY KEY,
  segment INTEGER NOT NULL,
  first_topic INTEGER NOT NULL,
  last_topic INTEGER NOT NULL,
  first_id INTEGER NOT NULL,
  last_id INTEGER NOT NULL,
  first_us INTEGER NOT NULL,
  last_us INTEGER NOT NULL,
  messages INTEGER NOT NULL,
  large INTEGER NOT NULL,
  codec INTEGER NOT NULL,
  topics BLOB NOT NULL,
  heads BLOB NOT NULL,
  body BLOB NOT NULL
) STRICT;
CREATE INDEX blocks_by_topic ON blocks (segment, last_topic, first_topic);

-- How many messages of a profile came in a minute (minutes since 1970).
CREATE TABLE minutes (
  profile INTEGER NOT NULL,
  minute INTEGER NOT NULL,
  messages INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  PRIMARY KEY (profile, minute)
) STRICT, WITHOUT ROWID;

-- From here on a topic's row tells of the messages that are in segments; those in batches have a larger id than its
-- last one and come on top. `last_head` is the beginning of the last payload; null when that message was removed.
-- The names have no index any more: who writes has them in memory, and it cost as much as all the rest of the row.
CREATE TABLE topics_with_heads (
  key INTEGER PRIMARY KEY,
  profile INTEGER NOT NULL,
  name TEXT NOT NULL,
  count INTEGER NOT NULL DEFAULT 0,
  first_id INTEGER NOT NULL DEFAULT 0,
  first_us INTEGER NOT NULL DEFAULT 0,
  last_id INTEGER NOT NULL DEFAULT 0,
  last_time_us INTEGER NOT NULL DEFAULT 0,
  last_flags INTEGER NOT NULL DEFAULT 0,
  last_size INTEGER NOT NULL DEFAULT 0,
  last_head BLOB
) STRICT;
INSERT INTO topics_with_heads (key, profile, name, count, last_id, last_time_us, last_flags, last_size)
  SELECT key, profile, name, count, last_id, last_time_us, last_flags, last_size FROM topics;
DROP TABLE topics;
ALTER TABLE topics_with_heads RENAME TO topics;
CREATE INDEX topics_by_profile ON topics (profile);

-- The segment that is being written: its blocks do not count before its row is there.
ALTER TABLE position ADD COLUMN building INTEGER;
