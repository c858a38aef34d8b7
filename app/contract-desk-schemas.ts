/** What may enter with the calls and views of `contract-desk.ts`, and from a file of templates. */
import * as v from 'valibot';
import { NO_PROPERTIES, NOTATIONS, type PublishDraft } from './desk/draft';
import {
  MOST_NAME_CHARS,
  MOST_TEMPLATE_CHARS,
  MOST_TEMPLATES,
  type Template,
} from './desk/template';
import { qosSchema } from './profile-fields';
import { MAX_TOPIC_LENGTH } from './topic';

const id = v.pipe(v.string(), v.minLength(1), v.maxLength(64));
const whole = (minimum: number, maximum: number): v.GenericSchema<number> =>
  v.pipe(v.number(), v.integer(), v.minValue(minimum), v.maxValue(maximum));
const shortText = v.pipe(v.string(), v.maxLength(500));
/** Larger payloads are sent from a file. */
export const MOST_DRAFT_CHARS = 16 * 1024 * 1024;
/** UTF-8 Encoded Strings have at most 65,535 bytes (MQTT 5.0 §1.5.4); variables may be longer than what they become. */
const propertyText = v.pipe(v.string(), v.maxLength(70_000));
const MOST_USER_PROPERTIES = 1_000;
const path = v.pipe(
  v.string(),
  v.minLength(1),
  v.maxLength(32_767),
  v.check((text) => !text.includes('\0'), 'A path must not contain the character U+0000.'),
);

const properties = v.object({
  payloadFormatIndicator: v.nullable(v.boolean()),
  messageExpiryInterval: shortText,
  contentType: propertyText,
  responseTopic: propertyText,
  correlationData: v.object({
    notation: v.picklist(NOTATIONS),
    text: v.pipe(v.string(), v.maxLength(200_000)),
  }),
  userProperties: v.pipe(
    v.array(v.tuple([propertyText, propertyText])),
    v.maxLength(MOST_USER_PROPERTIES, 'At most 1,000 user properties can be sent.'),
  ),
});

const source = v.variant('kind', [
  v.object({ kind: v.literal('file'), path, name: shortText, sizeBytes: v.number() }),
  v.object({
    kind: v.literal('message'),
    profileId: id,
    messageId: whole(0, Number.MAX_SAFE_INTEGER),
    sizeBytes: v.number(),
  }),
]);

const draftOf = (mostChars: number): v.GenericSchema<unknown, PublishDraft> =>
  v.object({
    topic: v.pipe(v.string(), v.maxLength(MAX_TOPIC_LENGTH)),
    payload: v.pipe(
      v.string(),
      v.maxLength(mostChars, 'The text is too long: send it from a file.'),
    ),
    qos: qosSchema,
    retain: v.boolean(),
    // Drafts of earlier versions have none of the following.
    format: v.optional(v.nullable(id), null),
    options: v.optional(
      v.object({ schema: v.optional(shortText), messageType: v.optional(shortText) }),
      {},
    ),
    packing: v.optional(v.pipe(v.array(id), v.maxLength(8)), []),
    source: v.optional(v.nullable(source), null),
    properties: v.optional(properties, () => ({ ...NO_PROPERTIES, userProperties: [] })),
    variables: v.optional(v.boolean(), true),
  });

/** A draft as the window remembers it. */
export const draftSchema = draftOf(MOST_TEMPLATE_CHARS);

const name = v.pipe(v.string(), v.minLength(1, 'Give it a name.'), v.maxLength(MOST_NAME_CHARS));
const template: v.GenericSchema<unknown, Template> = v.object({
  id,
  name,
  folder: v.pipe(v.string(), v.maxLength(MOST_NAME_CHARS)),
  draft: draftSchema,
});

/** A file of templates; `docs/templates-format.md` tells of it. */
export const templatesFileSchema = v.object({
  format: v.literal('mqtt-loupe-templates'),
  version: v.literal(1),
  templates: v.pipe(v.array(template), v.maxLength(MOST_TEMPLATES)),
  /** What was answered last to each question; not exported. */
  answers: v.optional(
    v.pipe(
      v.array(v.tuple([shortText, v.pipe(v.string(), v.maxLength(70_000))])),
      v.maxLength(500),
    ),
    [],
  ),
});

const profileOnly = v.object({ profileId: id });
const idOnly = v.object({ id });
const answers = v.pipe(
  v.array(v.tuple([shortText, v.pipe(v.string(), v.maxLength(1024 * 1024))])),
  v.maxLength(200),
);
const order = { profileId: id, draft: draftOf(MOST_DRAFT_CHARS), answers } as const;
const day = 86_400_000;
const everyMs = whole(1, 30 * day);
const schedule = v.variant('kind', [
  v.object({
    kind: v.literal('repeat'),
    everyMs,
    times: v.nullable(whole(1, Number.MAX_SAFE_INTEGER)),
  }),
  v.object({ kind: v.literal('rows'), everyMs: whole(0, 30 * day), path }),
]);
const MOST_FILE_BYTES = 64 * 1024 * 1024;
const fileBytes = v.pipe(
  v.instance(Uint8Array),
  v.check((bytes) => bytes.length <= MOST_FILE_BYTES, 'The file is larger than 64 MB.'),
);

export const deskCallSchemas = {
  encoders: v.undefined(),
  compose: v.object({ profileId: id, draft: order.draft }),
  publishDraft: v.object(order),
  completeTopic: v.object({
    profileId: id,
    text: v.pipe(v.string(), v.maxLength(MAX_TOPIC_LENGTH)),
    limit: whole(1, 100),
  }),
  template: idOnly,
  saveTemplate: v.object({ template }),
  deleteTemplate: idOnly,
  exportTemplates: v.object({ folder: v.nullable(v.string()) }),
  previewTemplates: v.object({ bytes: fileBytes }),
  importTemplates: v.object({ bytes: fileBytes }),
  csvHead: v.object({ path }),
  startJob: v.object({ ...order, schedule, confirmation: v.nullable(shortText) }),
  stopJob: v.object({ jobId: whole(0, Number.MAX_SAFE_INTEGER) }),
  stopJobs: v.undefined(),
  clearJobs: v.undefined(),
  startRequest: v.object({ ...order, timeoutMs: whole(100, day) }),
  cancelRequest: profileOnly,
  closeRequest: profileOnly,
} as const;

export const deskViewSchemas = {
  templates: v.object({}),
  jobs: v.object({}),
  request: profileOnly,
  sending: profileOnly,
} as const;

export const deskShellSchemas = {
  chooseDeskFile: v.object({ purpose: v.picklist(['payload', 'csv']) }),
} as const;
