-- Times are wall clock µs since 1970. `profile`, `session` and `topic` are keys of the tables of that name; they are
-- not declared as foreign keys, because the check would cost a look-up per message.

CREATE TABLE profiles (
  key INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  received INTEGER NOT NULL DEFAULT 0,
  stored INTEGER NOT NULL DEFAULT 0,
  refused INTEGER NOT NULL DEFAULT 0,
  pruned INTEGER NOT NULL DEFAULT 0,
  bytes INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE sessions (
  key INTEGER PRIMARY KEY,
  profile INTEGER NOT NULL,
  started_us INTEGER NOT NULL,
  ended_us INTEGER,
  received INTEGER NOT NULL DEFAULT 0,
  stored INTEGER NOT NULL DEFAULT 0,
  refused INTEGER NOT NULL DEFAULT 0,
  first_id INTEGER,
  last_id INTEGER,
  last_time_us INTEGER
) STRICT;
CREATE INDEX sessions_by_profile ON sessions (profile);

-- `count` and the last message of each topic are kept as messages are written, so that a tree opens without reading
-- them. The row stays when the messages were pruned.
CREATE TABLE topics (
  key INTEGER PRIMARY KEY,
  profile INTEGER NOT NULL,
  name TEXT NOT NULL,
  count INTEGER NOT NULL DEFAULT 0,
  last_id INTEGER NOT NULL DEFAULT 0,
  last_time_us INTEGER NOT NULL DEFAULT 0,
  last_flags INTEGER NOT NULL DEFAULT 0,
  last_size INTEGER NOT NULL DEFAULT 0,
  UNIQUE (profile, name)
) STRICT;
CREATE INDEX topics_by_profile ON topics (profile);

-- `payload` holds the beginning of a large payload (64 KiB), `rest_bytes` says how much of it is in message_parts:
-- SQLite reads a value whole, and a preview must not read 256 MB.
CREATE TABLE messages (
  id INTEGER PRIMARY KEY,
  session INTEGER NOT NULL,
  topic INTEGER NOT NULL,
  time_us INTEGER NOT NULL,
  flags INTEGER NOT NULL,
  packet_id INTEGER NOT NULL,
  rest_bytes INTEGER NOT NULL,
  properties BLOB,
  payload BLOB NOT NULL
) STRICT;
-- An index ends with the key of the row: this is the order (topic, id).
CREATE INDEX messages_by_topic ON messages (topic);

CREATE TABLE message_parts (
  message INTEGER NOT NULL,
  part INTEGER NOT NULL,
  bytes BLOB NOT NULL,
  PRIMARY KEY (message, part)
) STRICT, WITHOUT ROWID;

-- Where a profile's messages stand: few, narrow ranges of ids. Ids of sessions that run at the same time interleave,
-- so that the first and last id of a session alone would make pruning walk through other profiles' messages.
CREATE TABLE spans (
  profile INTEGER NOT NULL,
  first_id INTEGER NOT NULL,
  last_id INTEGER NOT NULL,
  session INTEGER NOT NULL,
  first_time_us INTEGER NOT NULL,
  PRIMARY KEY (profile, first_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE gaps (
  key INTEGER PRIMARY KEY,
  session INTEGER NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('disconnected', 'refused', 'pruned', 'lost')),
  from_us INTEGER NOT NULL,
  to_us INTEGER NOT NULL,
  messages INTEGER NOT NULL,
  detail TEXT NOT NULL
) STRICT;
CREATE INDEX gaps_by_session ON gaps (session, kind);

-- One row. Ids are not used twice, also when the newest messages were removed.
CREATE TABLE position (
  next_message INTEGER NOT NULL,
  next_topic INTEGER NOT NULL
) STRICT;
INSERT INTO position VALUES (1, 1);
