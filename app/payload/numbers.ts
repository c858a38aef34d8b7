import { jsonOf } from './detect';
import type { JsonContainer, JsonValue } from './json';
import { booleanOfText, numberOfText } from './scalar';
import { decodeUtf8 } from './utf8';

/** Where a value stands in a document: member names and indices from the root; empty for the whole payload. */
export type JsonPath = ReadonlyArray<string | number>;

export interface NumericPath {
  readonly path: JsonPath;
  readonly value: number;
  /** A truth value, charted as 0 and 1. */
  readonly boolean: boolean;
}

/** The way to a value, step by step from its end: a path for each of 100,000 levels would take all memory there is. */
export interface Trail {
  readonly before: Trail | null;
  readonly step: string | number;
}

export function pathOfTrail(trail: Trail | null): JsonPath {
  const path: (string | number)[] = [];
  for (let at = trail; at; at = at.before) path.push(at.step);
  return path.reverse();
}

/** A value of a document and the way to it. */
export interface TrailedValue {
  readonly trail: Trail | null;
  readonly value: JsonValue;
}

/** Puts a container's members onto a stack, at most `limit`; in reverse, since it gives back the last one first. */
export function pushMembers(
  stack: TrailedValue[],
  before: Trail | null,
  container: JsonContainer,
  limit: number,
): void {
  const count = Math.min(container.values.length, limit);
  for (let index = count - 1; index >= 0; index--) {
    const value = container.values[index];
    const step = container.names?.[index] ?? index;
    if (value) stack.push({ trail: { before, step }, value });
  }
}

/** The numbers and truth values of a document in the order of the text, at most `limit`. */
export function numericPaths(root: JsonValue, limit: number): NumericPath[] {
  const found: NumericPath[] = [];
  const stack: TrailedValue[] = [{ trail: null, value: root }];
  while (found.length < limit) {
    const next = stack.pop();
    if (!next) break;
    const { trail, value } = next;
    if (value.kind === 'object' || value.kind === 'array') pushMembers(stack, trail, value, limit);
    else if (value.kind === 'number') addNumber(found, trail, Number(value.source), false);
    else if (value.kind === 'boolean') addNumber(found, trail, Number(value.value), true);
  }
  return found;
}

function addNumber(
  found: NumericPath[],
  trail: Trail | null,
  value: number,
  boolean: boolean,
): void {
  if (Number.isFinite(value)) found.push({ path: pathOfTrail(trail), value, boolean });
}

/** `value`, `motor.temperature`, `readings[2]`, `["odd name"].x`: a path as a person would write it. */
export function pathText(path: JsonPath): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${String(step)}]`;
    else if (/^[\p{L}_$][\p{L}\p{N}_$-]*$/u.test(step)) text += text === '' ? step : `.${step}`;
    else text += `[${JSON.stringify(step)}]`;
  }
  return text;
}

/**
 * The finite number at a path of a payload, or null. Truth values are 0 and 1. For the whole payload (an empty path)
 * text with a number counts, quoted or not; inside a document only real numbers do.
 */
export function numberAt(bytes: Uint8Array, path: JsonPath): number | null {
  const text = decodeUtf8(bytes);
  if (text === null) return null;
  return path.length === 0 ? wholeNumber(text) : numberInside(text, path);
}

function wholeNumber(text: string): number | null {
  const number = numberOfText(text) ?? flag(booleanOfText(text));
  if (number !== null || !/^\s*"/.test(text)) return number;
  const json = jsonOf(text);
  return json.ok && json.value.kind === 'string' ? numberOfText(json.value.value) : null;
}

function flag(value: boolean | null): number | null {
  return value === null ? null : Number(value);
}

/** The native parser: the chart reads thousands of payloads and needs no exact digits. */
function numberInside(text: string, path: JsonPath): number | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // A payload that is not JSON has no number inside.
    return null;
  }
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return null;
    value = (value as Record<string | number, unknown>)[step];
  }
  if (typeof value === 'boolean') return Number(value);
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}
