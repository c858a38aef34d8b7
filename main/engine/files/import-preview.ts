import { stat } from 'node:fs/promises';
import type { ImportPreview, ImportPreviewRow } from '../../../app/contract-files';
import type { RecordingHeader } from '../../../app/recording/documents';
import type { RecordedMessage } from '../../../app/recording/records';
import { bytesOfFile } from './byte-queue';
import { unreadable } from './file-errors';
import { openImport, type ImportItem } from './import-source';
import { footerOf } from './recording-chunks';

const READ_BYTES = 1024 * 1024;
/** Until a message was seen, it goes on as far as this: a recording is read a megabyte and more ahead. */
const MOST_READ_BYTES = 64 * 1024 * 1024;
const ROWS = 50;
const PROBLEMS = 20;
const PAYLOAD_BYTES = 200;

/** Looks what a file is and at its first megabyte. @throws LoupeError `not-found`, `file-unreadable` */
export async function previewImport(
  path: string,
  isBase64: boolean | null,
): Promise<ImportPreview> {
  const fileBytes = await sizeOf(path);
  const source = await openImport(bytesOfFile(path), path, isBase64);
  try {
    const look = new Look();
    let isWhole = true;
    for await (const item of source.items) {
      look.take(item);
      // A recording has its end looked at too, and a megabyte of it is compressed.
      const isEnough = source.bytes() >= READ_BYTES || look.messages >= 100_000;
      if (!isEnough || (look.messages === 0 && source.bytes() < MOST_READ_BYTES)) continue;
      isWhole = source.bytes() >= fileBytes;
      break;
    }
    const footer = source.format === 'recording' ? await footerOf(path) : null;
    return {
      ...{ format: source.format, isBase64: source.isBase64, fileBytes },
      ...{ readBytes: Math.min(source.bytes(), fileBytes), isWhole },
      ...look.seen(),
      totalMessages: footer?.messages ?? null,
      ...(footer === null
        ? {}
        : { firstTimeUs: footer.firstTimeUs, lastTimeUs: footer.lastTimeUs }),
    };
  } finally {
    await source.close();
  }
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** What was seen of a file. */
class Look {
  messages = 0;
  readonly #rows: ImportPreviewRow[] = [];
  readonly #problems: { line: number | null; why: string }[] = [];
  #problemCount = 0;
  #firstTimeUs: number | null = null;
  #lastTimeUs: number | null = null;
  #header: RecordingHeader | null = null;

  take(item: ImportItem): void {
    switch (item.kind) {
      case 'header':
        this.#header = item.header;
        return;
      case 'messages':
        for (const message of item.messages) this.#message(message);
        return;
      case 'bad':
        this.#problem(item.line, item.why);
        return;
      case 'lost':
        this.#problem(null, `From byte ${String(item.offset)} on: ${item.why}`);
        return;
      case 'notes':
    }
  }

  seen(): Omit<
    ImportPreview,
    'format' | 'isBase64' | 'fileBytes' | 'readBytes' | 'isWhole' | 'totalMessages'
  > {
    return {
      name: this.#header?.name ?? null,
      note: this.#header?.note ?? null,
      program: this.#header?.program ?? null,
      messages: this.messages,
      problems: this.#problemCount,
      firstProblems: this.#problems,
      firstTimeUs: this.#firstTimeUs,
      lastTimeUs: this.#lastTimeUs,
      rows: this.#rows,
    };
  }

  #message({ timeUs, topic, qos, retain, payload }: RecordedMessage): void {
    this.messages += 1;
    this.#firstTimeUs = Math.min(this.#firstTimeUs ?? timeUs, timeUs);
    this.#lastTimeUs = Math.max(this.#lastTimeUs ?? timeUs, timeUs);
    if (this.#rows.length >= ROWS) return;
    const beginning = Uint8Array.from(payload.subarray(0, PAYLOAD_BYTES));
    const row = { timeUs, topic, qos, retain, sizeBytes: payload.length };
    this.#rows.push({ ...row, payload: beginning });
  }

  #problem(line: number | null, why: string): void {
    this.#problemCount += 1;
    if (this.#problems.length < PROBLEMS) this.#problems.push({ line, why });
  }
}
