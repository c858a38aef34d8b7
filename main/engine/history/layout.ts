/** How messages lie in the database: what writing, reading and removing must agree on. */

/** The beginning of a payload stands in its row; the rest in parts, so that a preview never reads 256 MB. */
export const HEAD_BYTES = 64 * 1024;

/** One row of `message_parts`. */
export const PART_BYTES = 1024 * 1024;

/** What a message costs beside its payload and properties: measured with 100-byte payloads over 1,000 topics. */
export const ROW_BYTES = 42;
