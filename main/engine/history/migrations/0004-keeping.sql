-- A session can be named, noted and kept: what is kept is not removed to stay within a limit.
ALTER TABLE sessions ADD COLUMN name TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN note TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN kept INTEGER NOT NULL DEFAULT 0;

-- Of the messages in `pruned`, those that a person deleted. Topics do not count them any more.
ALTER TABLE profiles ADD COLUMN deleted INTEGER NOT NULL DEFAULT 0;

-- What a person deleted and is still being removed, so that it is finished after a crash too.
CREATE TABLE deletions (
  key INTEGER PRIMARY KEY,
  profile INTEGER NOT NULL,
  -- JSON: filters, fromUs, toUs, sessionKey.
  selection TEXT NOT NULL,
  -- The words of the gaps that it leaves.
  detail TEXT NOT NULL,
  -- Messages up to `done_id` were looked at; those after `last_id` came later and stay.
  first_id INTEGER NOT NULL,
  done_id INTEGER NOT NULL,
  last_id INTEGER NOT NULL,
  -- How many were counted before, and removed until now.
  expected INTEGER NOT NULL,
  removed INTEGER NOT NULL DEFAULT 0
) STRICT;

-- The same, with one kind more.
CREATE TABLE gaps_with_deleted (
  key INTEGER PRIMARY KEY,
  session INTEGER NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('disconnected', 'refused', 'pruned', 'deleted', 'lost')),
  from_us INTEGER NOT NULL,
  to_us INTEGER NOT NULL,
  messages INTEGER NOT NULL,
  detail TEXT NOT NULL
) STRICT;
INSERT INTO gaps_with_deleted SELECT key, session, kind, from_us, to_us, messages, detail FROM gaps;
DROP TABLE gaps;
ALTER TABLE gaps_with_deleted RENAME TO gaps;
CREATE INDEX gaps_by_session ON gaps (session, kind);
