/** The recording's file: its fixed parts and its limits. docs/recording-format.md tells the same for other programs. */

/** As PNG's: a transfer that takes it for text changes these bytes, and that is seen at once. */
export const MAGIC: readonly number[] = [0x89, 0x4d, 0x51, 0x52, 0x0d, 0x0a, 0x1a, 0x0a];

/** `MQRC`: each chunk begins with it, so that reading goes on behind a damaged one. */
export const CHUNK_MARKER: readonly number[] = [0x4d, 0x51, 0x52, 0x43];

/** `MQRE`: the last bytes of a whole file say where its footer stands. */
export const END_MARKER: readonly number[] = [0x4d, 0x51, 0x52, 0x45];

export const FORMAT_VERSION = 1;

export const CHUNK_HEAD_BYTES = 40;
export const TRAILER_BYTES = 16;

export const CHUNK = { header: 1, notes: 2, messages: 3, footer: 4 } as const;

/** How the bytes of a chunk are stored. */
export const CODEC = { stored: 0, deflated: 1 } as const;

/** The body goes on in the next chunk. */
export const FLAG_MORE = 0x01;

/** A chunk of messages is closed when its body has so many bytes, or messages. */
export const CHUNK_BODY_BYTES = 1024 * 1024;
export const CHUNK_MESSAGES = 65_536;

/** What a reader accepts, looked at before anything is allocated. */
export const MOST_CHUNK_BYTES = 4 * 1024 * 1024;
/** One message with all its pieces: MQTT's largest packet (256 MB), and properties that grew when they were decoded. */
export const MOST_BODY_BYTES = 512 * 1024 * 1024;
/** MQTT's own limit for a topic is 65,535 bytes; a byte that is not UTF-8 becomes four: see `topic-bytes.ts`. */
export const MOST_TOPIC_BYTES = 4 * 65_535;
/** Numbers are stored with their sign, so one bit is left out: from the year 1827 to 2112 in µs. */
export const MOST_SIGNED = 2 ** 52;
