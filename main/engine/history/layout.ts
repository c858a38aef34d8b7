/** How messages lie in the database: what writing, reading and removing must agree on. See docs/history-format.md. */

/** The beginning of a payload stands in its run; the rest in parts, so that a preview never reads 256 MB. */
export const HEAD_BYTES = 64 * 1024;

/** One row of `message_parts`. */
export const PART_BYTES = 1024 * 1024;

/** A block of a segment is closed when its body has grown to this, or it has so many messages. */
export const BLOCK_BYTES = 64 * 1024;
export const BLOCK_MESSAGES = 2_048;

/** What a run costs in the file beside its three blobs. */
export const RUN_ROW_BYTES = 96;

/** The beginning of a topic's last payload stands with the topic, so that a tree opens without reading messages. */
export const LAST_HEAD_BYTES = 1_024;

/** Blobs of a run that are compressed (raw DEFLATE, RFC 1951). */
export const HEADS_DEFLATED = 1;
export const BODY_DEFLATED = 2;
