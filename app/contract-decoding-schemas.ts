/** What may enter the engine with the calls and views of `contract-decoding.ts`, and from a file of rules. */
import * as v from 'valibot';
import { MOST_GLANCES } from './contract-decoding';
import { MOST_DECODED_BYTES } from './decoding/decoded';
import {
  MOST_RULES,
  MOST_SCHEMA_BYTES,
  MOST_SCHEMA_FILES,
  MOST_SCHEMAS,
  MOST_STEPS,
} from './decoding/rules';
import { PROFILE_COLOURS } from './profile-colours';
import { MAX_TOPIC_BYTES, topicFilterProblem } from './topic';

const id = v.pipe(v.string(), v.minLength(1), v.maxLength(64));
const shortText = v.pipe(v.string(), v.maxLength(200));
const option = v.optional(v.pipe(v.string(), v.maxLength(500)));

const stepSchema = v.object({
  decoder: id,
  options: v.object({
    encoding: option,
    type: option,
    order: option,
    schema: option,
    messageType: option,
    skip: option,
  }),
});
export const stepsSchema = v.pipe(v.array(stepSchema), v.maxLength(MOST_STEPS));

const topic = v.pipe(v.string(), v.maxLength(MAX_TOPIC_BYTES));
const messageId = v.pipe(v.number(), v.integer(), v.minValue(0));

const filter = v.pipe(
  v.string(),
  v.maxLength(MAX_TOPIC_BYTES),
  v.check(
    (text) => topicFilterProblem(text) === null,
    (issue) => `The topic filter is not valid. ${topicFilterProblem(issue.input) ?? ''}`,
  ),
);

export const ruleSchema = v.object({
  id,
  filter,
  steps: stepsSchema,
  viewer: v.nullable(shortText),
  chartPath: v.nullable(v.pipe(v.array(v.union([v.string(), v.number()])), v.maxLength(200))),
  unit: v.nullable(shortText),
  // Files from before have none.
  colour: v.optional(v.nullable(v.picklist(PROFILE_COLOURS)), null),
  enabled: v.boolean(),
});
const rules = v.pipe(v.array(ruleSchema), v.maxLength(MOST_RULES));

const schemaHead = { id, name: shortText, kind: v.picklist(['protobuf', 'avro']) } as const;
const fileName = v.pipe(v.string(), v.minLength(1), v.maxLength(1000));

/** Rules and schemas as they are kept and exported; bytes are Base64. */
export const decodingFileSchema = v.object({
  format: v.literal('mqtt-loupe-decoding'),
  version: v.literal(1),
  rules,
  schemas: v.pipe(
    v.array(
      v.object({
        ...schemaHead,
        types: v.pipe(v.array(v.string()), v.maxLength(100_000)),
        files: v.pipe(
          v.array(v.object({ name: fileName, base64: v.pipe(v.string(), v.base64()) })),
          v.maxLength(MOST_SCHEMA_FILES),
        ),
      }),
    ),
    v.maxLength(MOST_SCHEMAS),
  ),
});

const bytesUpTo = (maximum: number, what: string): v.GenericSchema<unknown, Uint8Array> =>
  v.pipe(
    v.instance(Uint8Array),
    v.check((bytes) => bytes.length <= maximum, `${what} is larger than ${String(maximum)} bytes.`),
  );

export const decodingCallSchemas = {
  decode: v.object({
    profileId: id,
    topic,
    messageId: v.nullable(messageId),
    steps: v.nullable(stepsSchema),
    trial: v.nullable(ruleSchema),
    maxBytes: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(MOST_DECODED_BYTES)),
  }),
  glances: v.object({
    profileId: id,
    rows: v.pipe(
      v.array(v.object({ topic, messageId, steps: v.nullable(stepsSchema) })),
      v.maxLength(MOST_GLANCES),
    ),
  }),
  decoders: v.undefined(),
  saveDecodingRules: v.object({ rules }),
  saveDecodingSchema: v.object({
    schema: v.object({
      ...schemaHead,
      files: v.pipe(
        v.array(v.object({ name: fileName, bytes: bytesUpTo(MOST_SCHEMA_BYTES, 'A schema file') })),
        v.minLength(1),
        v.maxLength(MOST_SCHEMA_FILES),
      ),
    }),
  }),
  deleteDecodingSchema: v.object({ schemaId: id }),
  exportDecoding: v.undefined(),
  importDecoding: v.object({ bytes: bytesUpTo(4 * MOST_SCHEMA_BYTES, 'The file') }),
} as const;

export const decodingViewSchemas = { decoding: v.object({}) } as const;
