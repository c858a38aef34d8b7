import { join } from 'node:path';
import * as v from 'valibot';
import type { RecentPublish } from '../../app/contract';
import { MAX_MARK_LABEL, MAX_MARKS, type TimeMark } from '../../app/contract-time';
import { LoupeError } from '../../app/errors';
import type { MessageProperties } from '../../app/message';
import { MQTT_VERSIONS, type MqttVersion } from '../../app/profile';
import { qosSchema } from '../../app/profile-fields';
import { JsonFile } from '../files/json-file';
import type { ExpansionState } from './tree/expansion';

/** Of larger payloads only the beginning is remembered beyond the run; the list says so. */
const MAX_REMEMBERED_PAYLOAD = 64 * 1024;
const REMEMBERED_BEGINNING = 1024;

/** So long an older version is spoken without another look: a broker that was upgraded is found within a week. */
const VERSION_HOLDS_MS = 7 * 24 * 3_600_000;

const result = v.variant('kind', [
  v.object({ kind: v.literal('sent'), elapsedMs: v.number() }),
  v.object({
    kind: v.literal('acknowledged'),
    elapsedMs: v.number(),
    note: v.nullable(v.string()),
  }),
  v.object({ kind: v.literal('refused'), elapsedMs: v.number(), reason: v.string() }),
]);

/** As `MessageProperties`, bytes in Base64. */
const keptPropertiesSchema = v.nullable(
  v.object({
    payloadFormatIndicator: v.optional(v.boolean()),
    messageExpiryInterval: v.optional(v.number()),
    responseTopic: v.optional(v.string()),
    correlationBase64: v.optional(v.string()),
    userProperties: v.optional(v.array(v.tuple([v.string(), v.string()]))),
    contentType: v.optional(v.string()),
  }),
);

const publishSchema = v.object({
  id: v.number(),
  timeMs: v.number(),
  topic: v.string(),
  /** The payload, or the beginning of one that was too large to be remembered. */
  payloadBase64: v.string(),
  /** Bytes of the whole payload. */
  sizeBytes: v.optional(v.number()),
  qos: qosSchema,
  retain: v.boolean(),
  properties: v.optional(keptPropertiesSchema, null),
  result,
});

const markSchema = v.object({
  id: v.string(),
  timeUs: v.number(),
  label: v.pipe(v.string(), v.maxLength(MAX_MARK_LABEL)),
});

const fileSchema = v.object({
  version: v.literal(1),
  profiles: v.array(
    v.object({
      id: v.string(),
      expansion: v.object({ all: v.boolean(), exceptions: v.array(v.string()) }),
      publishes: v.array(publishSchema),
      marks: v.optional(v.array(markSchema), []),
      /** What the last session was subscribed to: the broker may still have it. */
      filters: v.optional(v.array(v.string()), []),
      /** What a broker speaks, for a profile that leaves it open. */
      mqtt: v.optional(
        v.object({
          address: v.string(),
          version: v.picklist(MQTT_VERSIONS),
          /** Wall clock in ms; before it was noted, long ago. */
          foundAtMs: v.optional(v.number(), 0),
        }),
      ),
    }),
  ),
});

type Entry = v.InferOutput<typeof fileSchema>['profiles'][number];

const NO_MARKS: readonly TimeMark[] = [];

/** What the engine remembers per profile between runs: expanded branches, recent publishes and marked moments. */
export class MemoryFile {
  private readonly file: JsonFile<v.InferOutput<typeof fileSchema>>;

  constructor(home: string, warn: (message: string) => void) {
    this.file = new JsonFile({
      file: join(home, 'engine-state.json'),
      schema: fileSchema,
      initial: { version: 1, profiles: [] },
      entries: {
        profiles: ['remembered tree with its marks', 'remembered trees with their marks'],
      },
      warn,
    });
  }

  expansion(profileId: string): ExpansionState | undefined {
    return this.find(profileId)?.expansion;
  }

  setExpansion(profileId: string, expansion: ExpansionState): void {
    this.entry(profileId).expansion = { all: expansion.all, exceptions: [...expansion.exceptions] };
    this.file.changed();
  }

  /** The version that the broker at an address was found to speak; null when that is not known, or was long ago. */
  mqttVersion(profileId: string, address: string): MqttVersion | null {
    const known = this.find(profileId)?.mqtt;
    if (known?.address !== address) return null;
    const ageMs = Date.now() - known.foundAtMs;
    return ageMs >= 0 && ageMs < VERSION_HOLDS_MS ? known.version : null;
  }

  setMqttVersion(
    profileId: string,
    found: { readonly address: string; readonly version: MqttVersion },
  ): void {
    this.entry(profileId).mqtt = { ...found, foundAtMs: Date.now() };
    this.file.changed();
  }

  /** What the profile's last session was subscribed to. */
  filters(profileId: string): readonly string[] {
    return this.find(profileId)?.filters ?? [];
  }

  setFilters(profileId: string, filters: readonly string[]): void {
    const entry = this.entry(profileId);
    if (JSON.stringify(entry.filters) === JSON.stringify(filters)) return;
    entry.filters = [...filters];
    this.file.changed();
  }

  publishes(profileId: string): RecentPublish[] {
    return (this.find(profileId)?.publishes ?? []).map(
      ({ payloadBase64, sizeBytes, properties, ...rest }) => {
        const payload = new Uint8Array(Buffer.from(payloadBase64, 'base64'));
        const size = sizeBytes ?? payload.length;
        return { ...rest, payload, sizeBytes: size, properties: propertiesOfKept(properties) };
      },
    );
  }

  setPublishes(profileId: string, publishes: readonly RecentPublish[]): void {
    this.entry(profileId).publishes = publishes.map(({ payload, properties, ...rest }) => {
      const whole = rest.sizeBytes <= MAX_REMEMBERED_PAYLOAD;
      const kept = whole ? payload : payload.subarray(0, REMEMBERED_BEGINNING);
      return {
        ...rest,
        properties: keptProperties(properties),
        payloadBase64: Buffer.from(kept).toString('base64'),
      };
    });
    this.file.changed();
  }

  /** Oldest first; another list whenever it changed. */
  marks(profileId: string): readonly TimeMark[] {
    return this.find(profileId)?.marks ?? NO_MARKS;
  }

  /** Adds a mark, or changes the one of the same id. @throws LoupeError `invalid-argument` when there are too many */
  setMark(profileId: string, mark: TimeMark): void {
    const others = this.marks(profileId).filter(({ id }) => id !== mark.id);
    if (others.length >= MAX_MARKS) {
      throw new LoupeError(
        'invalid-argument',
        `The moment cannot be marked: there are ${MAX_MARKS.toLocaleString('en')} marks already. Remove some first.`,
      );
    }
    this.putMarks(profileId, [...others, mark]);
  }

  removeMark(profileId: string, markId: string): void {
    this.putMarks(
      profileId,
      this.marks(profileId).filter(({ id }) => id !== markId),
    );
  }

  forget(profileId: string): void {
    this.file.value.profiles = this.file.value.profiles.filter((one) => one.id !== profileId);
    this.file.changed();
  }

  flush(): void {
    this.file.flush();
  }

  private putMarks(profileId: string, marks: readonly TimeMark[]): void {
    this.entry(profileId).marks = marks.toSorted((a, b) => a.timeUs - b.timeUs);
    this.file.changed();
  }

  private find(profileId: string): Entry | undefined {
    return this.file.value.profiles.find((one) => one.id === profileId);
  }

  private entry(profileId: string): Entry {
    const known = this.find(profileId);
    if (known) return known;
    const entry: Entry = {
      id: profileId,
      expansion: { all: false, exceptions: [] },
      publishes: [],
      marks: [],
      filters: [],
    };
    this.file.value.profiles.push(entry);
    return entry;
  }
}

type KeptProperties = v.InferOutput<typeof keptPropertiesSchema>;

function keptProperties(properties: MessageProperties | null): KeptProperties {
  if (properties === null) return null;
  const { payloadFormatIndicator, messageExpiryInterval, responseTopic, contentType } = properties;
  const { correlationData, userProperties } = properties;
  return {
    ...(payloadFormatIndicator !== undefined && { payloadFormatIndicator }),
    ...(messageExpiryInterval !== undefined && { messageExpiryInterval }),
    ...(responseTopic !== undefined && { responseTopic }),
    ...(contentType !== undefined && { contentType }),
    ...(userProperties && { userProperties: userProperties.map(([name, value]) => [name, value]) }),
    ...(correlationData && { correlationBase64: Buffer.from(correlationData).toString('base64') }),
  };
}

function propertiesOfKept(kept: KeptProperties): MessageProperties | null {
  if (kept === null) return null;
  const { correlationBase64, ...rest } = kept;
  const entries = Object.entries(rest).filter(([, value]) => value !== undefined);
  return {
    ...(Object.fromEntries(entries) as MessageProperties),
    ...(correlationBase64 !== undefined && {
      correlationData: new Uint8Array(Buffer.from(correlationBase64, 'base64')),
    }),
  };
}
