import { jsonOf, LARGE_JSON_CHARS, type Detected } from '../../../app/payload/detect';
import type { JsonResult } from '../../../app/payload/json';

/** What a JSON viewer has to show: a document, or why there is none. */
export type JsonView =
  | {
      readonly kind: 'document';
      readonly result: JsonResult & { readonly ok: true };
      readonly text: string;
    }
  /** It is large, and is read a piece at a time. */
  | { readonly kind: 'unread'; readonly text: string }
  | { readonly kind: 'problem'; readonly title: string; readonly text: string | null };

/** The document of a payload that a person wants to see as JSON, whatever it was taken for. */
export function jsonView(detected: Detected, complete: boolean): JsonView {
  const { text } = detected;
  if (text === null) {
    return { kind: 'problem', title: 'Not JSON: these bytes are not valid UTF-8.', text };
  }
  if (text === '') return { kind: 'problem', title: 'Not JSON: the payload is empty.', text };
  if (!complete) {
    const title = 'Only the beginning of this payload is loaded; load all of it to see it as JSON.';
    return { kind: 'problem', title, text };
  }
  if (detected.json === null && text.length > LARGE_JSON_CHARS) {
    return { kind: 'unread', text: withoutMark(text) };
  }
  return viewOf(detected.json ?? jsonOf(text), text);
}

/** What is shown of a document that was read. */
export function viewOf(result: JsonResult, text: string): JsonView {
  if (result.ok) return { kind: 'document', result, text: withoutMark(text) };
  const { line, column, message } = result.problem;
  const title = `Not valid JSON at line ${line}, column ${column}: ${message}.`;
  return { kind: 'problem', title, text };
}

/** The byte order mark is no part of the document [RFC 8259 §8.1]; offsets count without it. */
function withoutMark(text: string): string {
  return text.startsWith('\ufeff') ? text.slice(1) : text;
}
