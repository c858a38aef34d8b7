/** What may enter the engine and the main process: every argument is checked against these before it is used. */
import * as v from 'valibot';
import type { EngineCalls, EngineViews, ShellCalls } from './contract';
import { atUs, timeCallSchemas, timeViewSchemas } from './contract-time-schemas';
import { brokerViewSchemas } from './contract-broker-schemas';
import { chartCallSchemas, chartViewSchemas } from './contract-charts-schemas';
import { doctorViewSchemas } from './contract-doctor-schemas';
import { manageCallSchemas, manageViewSchemas } from './contract-manage-schemas';
import { filesCallSchemas, filesShellSchemas, filesViewSchemas } from './contract-files-schemas';
import { packetCallSchemas, packetViewSchemas } from './contract-packets-schemas';
import {
  deskCallSchemas,
  deskShellSchemas,
  deskViewSchemas,
  draftSchema,
} from './contract-desk-schemas';
import { payloadCallSchemas } from './contract-payload-schemas';
import { decodingCallSchemas, decodingViewSchemas, stepsSchema } from './contract-decoding-schemas';
import { moveInCallSchemas, moveInShellSchemas } from './contract-move-in-schemas';
import { popOutShellSchemas } from './contract-pop-out';
import { replayCallSchemas, replayViewSchemas } from './contract-replay-schemas';
import {
  recentQueriesSchema,
  searchCallSchemas,
  searchViewSchemas,
} from './contract-search-schemas';
import { retainedCallSchemas, retainedViewSchemas } from './contract-retained-schemas';
import { secretsShellSchemas, tlsCallSchemas } from './contract-tls-schemas';
import { profileSchema } from './profile';
import { qosSchema } from './profile-fields';
import { SECRET_NAMES } from './secret';
import { MAX_TOPIC_LENGTH } from './topic';

type ArgumentOf<F> = F extends () => unknown
  ? undefined
  : F extends (arg: infer A) => unknown
    ? A
    : never;
type Schemas<T> = { readonly [K in keyof T]: v.GenericSchema<unknown, ArgumentOf<T[K]>> };
type ParamsSchemas<T extends Record<keyof T, { params: unknown }>> = {
  readonly [K in keyof T]: v.GenericSchema<unknown, T[K]['params']>;
};

const id = v.pipe(v.string(), v.minLength(1), v.maxLength(64));
const path = v.pipe(v.string(), v.maxLength(MAX_TOPIC_LENGTH));
const count = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(Number.MAX_SAFE_INTEGER));
const upTo = (maximum: number): v.GenericSchema<number> =>
  v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(maximum));
/** The longest path that a system takes is 4,096 bytes (Linux), or 32,767 characters (Windows). */
const filePath = v.pipe(
  v.string(),
  v.minLength(1),
  v.maxLength(32_767),
  v.check((text) => !text.includes('\0'), 'A path must not contain the character U+0000.'),
);
const fileOnly = v.object({ path: filePath });
const bytes = v.instance(Uint8Array);
const nothing = v.undefined();
const profileOnly = v.object({ profileId: id });
const sort = v.picklist(['name', 'count', 'latest']);
const jsonPath = v.pipe(v.array(v.union([v.string(), v.number()])), v.maxLength(200));
const chartSpan = v.pipe(v.number(), v.minValue(1000), v.maxValue(366 * 86_400_000));

/** Beyond this a payload is no longer sent to the window in one piece. */
export const MAX_SHOWN_BYTES = 64 * 1024 * 1024;
/** MQTT's own limit for a packet is 256 MB (MQTT 5.0 §2.1.4); the rest is headers. */
export const MAX_PAYLOAD_BYTES = 268_000_000;

export const engineCallSchemas: Schemas<EngineCalls> = {
  ...filesCallSchemas,
  ...replayCallSchemas,
  ...tlsCallSchemas,
  ...moveInCallSchemas,
  saveProfile: v.object({ profile: profileSchema }),
  duplicateProfile: profileOnly,
  deleteProfile: profileOnly,
  restoreProfile: profileOnly,
  connect: profileOnly,
  disconnect: profileOnly,
  retryNow: profileOnly,
  openDemo: nothing,
  openHistoryFile: fileOnly,
  closeHistoryFile: fileOnly,
  forgetHistoryFile: fileOnly,
  setExpanded: v.object({ profileId: id, path, expanded: v.boolean(), deep: v.boolean(), atUs }),
  setAllExpanded: v.object({ profileId: id, expanded: v.boolean(), atUs }),
  treeStep: v.object({
    profileId: id,
    from: v.nullable(path),
    step: v.picklist(['previous', 'next', 'pageUp', 'pageDown', 'first', 'last', 'in', 'out']),
    pageRows: upTo(1000),
    atUs,
  }),
  treeTypeAhead: v.object({
    profileId: id,
    from: v.nullable(path),
    text: v.pipe(v.string(), v.minLength(1), v.maxLength(200)),
    includeFrom: v.boolean(),
    atUs,
  }),
  revealTopic: v.object({ profileId: id, path, atUs }),
  historyPage: v.object({
    profileId: id,
    topic: path,
    beforeId: v.nullable(count),
    atUs,
    limit: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1000)),
    previewBytes: upTo(1024 * 1024),
  }),
  message: v.object({ profileId: id, id: count, maxBytes: upTo(MAX_SHOWN_BYTES) }),
  publish: v.object({
    profileId: id,
    topic: path,
    payload: v.pipe(
      bytes,
      v.check(
        (value) => value.length <= MAX_PAYLOAD_BYTES,
        'The payload is larger than MQTT allows (256 MB).',
      ),
    ),
    qos: qosSchema,
    retain: v.boolean(),
  }),
  recentPayload: v.object({ profileId: id, id: count }),
  forgetPublishes: profileOnly,
  clearRetained: v.object({ profileId: id, topic: path }),
  restoreRetained: v.object({ profileId: id, undoId: count }),
  ...timeCallSchemas,
  ...manageCallSchemas,
  ...searchCallSchemas,
  ...packetCallSchemas,
  ...decodingCallSchemas,
  ...payloadCallSchemas,
  ...retainedCallSchemas,
  ...deskCallSchemas,
  ...chartCallSchemas,
};

export const engineViewSchemas: ParamsSchemas<EngineViews> = {
  ...doctorViewSchemas,
  ...brokerViewSchemas,
  ...retainedViewSchemas,
  ...filesViewSchemas,
  ...replayViewSchemas,
  profiles: v.object({}),
  status: profileOnly,
  tree: v.object({
    profileId: id,
    first: count,
    count: upTo(500),
    sort,
    filter: v.pipe(v.string(), v.maxLength(MAX_TOPIC_LENGTH)),
    selected: v.nullable(path),
    holdOrder: v.boolean(),
    atUs,
  }),
  topic: v.object({ profileId: id, topic: path, maxBytes: upTo(MAX_SHOWN_BYTES), atUs }),
  publishes: profileOnly,
  ...timeViewSchemas,
  ...manageViewSchemas,
  ...searchViewSchemas,
  ...packetViewSchemas,
  ...decodingViewSchemas,
  ...deskViewSchemas,
  ...chartViewSchemas,
};

const paneWidth = v.pipe(v.number(), v.minValue(0), v.maxValue(4000));
const share = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
const shortText = v.pipe(v.string(), v.maxLength(200));

export const uiStateSchema = v.object({
  theme: v.fallback(v.picklist(['system', 'light', 'dark']), 'system'),
  treeWidth: v.fallback(paneWidth, 340),
  publishWidth: v.fallback(paneWidth, 300),
  publishOpen: v.fallback(v.boolean(), true),
  detailShares: v.fallback(v.object({ beside: share, below: share }), {
    beside: 0.42,
    below: 0.55,
  }),
  activeProfile: v.fallback(v.nullable(id), null),
  treeSort: v.fallback(sort, 'name'),
  detailTab: v.fallback(shortText, 'value'),
  selected: v.fallback(v.pipe(v.array(v.tuple([id, path])), v.maxLength(1000)), []),
  viewers: v.fallback(v.pipe(v.array(v.tuple([id, path, shortText])), v.maxLength(2000)), []),
  decoders: v.fallback(v.pipe(v.array(v.tuple([id, path, stepsSchema])), v.maxLength(2000)), []),
  diffLayout: v.fallback(v.picklist(['unified', 'split']), 'unified'),
  chartSpanMs: v.fallback(chartSpan, 900_000),
  chartPaths: v.fallback(v.pipe(v.array(v.tuple([id, path, jsonPath])), v.maxLength(1000)), []),
  timelineOpen: v.fallback(v.boolean(), true),
  stepScope: v.fallback(v.picklist(['topic', 'branch', 'all']), 'all'),
  playSpeed: v.fallback(v.pipe(v.number(), v.minValue(0.1), v.maxValue(1000)), 1),
  recentQueries: v.fallback(recentQueriesSchema, []),
  foldedFolders: v.fallback(v.pipe(v.array(shortText), v.maxLength(1000)), []),
  moveInDismissed: v.fallback(v.boolean(), false),
  drafts: v.fallback(v.pipe(v.array(v.tuple([id, draftSchema])), v.maxLength(1000)), []),
});

const secretName = v.picklist(SECRET_NAMES);

export const shellCallSchemas: Schemas<ShellCalls> = {
  ...filesShellSchemas,
  ...secretsShellSchemas,
  ...moveInShellSchemas,
  ...popOutShellSchemas,
  ...deskShellSchemas,
  startup: nothing,
  saveUi: v.object({ ui: uiStateSchema }),
  setSecret: v.object({
    profileId: id,
    name: secretName,
    value: v.nullable(v.pipe(v.string(), v.maxLength(65_535))),
  }),
  hasSecret: v.object({ profileId: id, name: secretName }),
  copySecrets: v.object({ fromProfileId: id, toProfileId: id }),
  copyText: v.object({ text: v.pipe(v.string(), v.maxLength(MAX_SHOWN_BYTES)) }),
  openLink: v.object({ url: v.pipe(v.string(), v.maxLength(8192)) }),
  saveFile: v.object({
    suggestedName: v.pipe(v.string(), v.maxLength(255)),
    bytes,
  }),
  chooseHistoryFile: nothing,
  showInFolder: fileOnly,
};
