import type { ProfileColour } from '../profile-colours';
import { topicMatches } from '../topic';
import type { DecoderStep } from './decoded';

/** How the payloads of some topics are decoded and shown. The first rule in order that matches counts. */
export interface DecodingRule {
  readonly id: string;
  readonly filter: string;
  /** Empty: as the content says. */
  readonly steps: readonly DecoderStep[];
  /** The viewer that shows the value first; null for the best one. */
  readonly viewer: string | null;
  /** The number that is charted; null for the one the message is about. */
  readonly chartPath: ReadonlyArray<string | number> | null;
  /** Stands behind the number; null for what the message says. */
  readonly unit: string | null;
  /** What its charts are drawn in; null for the next free one. */
  readonly colour: ProfileColour | null;
  readonly enabled: boolean;
}

/** A schema that a person brought: the files of one language that belong together. */
export interface DecodingSchema {
  readonly id: string;
  readonly name: string;
  readonly kind: SchemaKind;
  readonly files: ReadonlyArray<{ readonly name: string; readonly bytes: Uint8Array }>;
}

export type SchemaKind = 'protobuf' | 'avro';

/** A schema as the window lists it. */
export interface SchemaSummary {
  readonly id: string;
  readonly name: string;
  readonly kind: SchemaKind;
  readonly files: readonly string[];
  readonly sizeBytes: number;
  /** Full names of what it defines, in order. */
  readonly types: readonly string[];
}

export const MOST_RULES = 500;
export const MOST_STEPS = 8;
export const MOST_SCHEMAS = 100;
export const MOST_SCHEMA_FILES = 500;
export const MOST_SCHEMA_BYTES = 8 * 1024 * 1024;

export function ruleFor(rules: readonly DecodingRule[], topic: string): DecodingRule | null {
  return rules.find((rule) => rule.enabled && topicMatches(rule.filter, topic)) ?? null;
}
