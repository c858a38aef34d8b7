-- Which three bytes in a row a block's messages have, so that a search need not look into every block; see
-- docs/history-format.md. Null where it would say nothing, and for what was stored before.
ALTER TABLE blocks ADD COLUMN signature BLOB;
