/** How payloads are decoded, as it crosses the processes: a chain of decoders, why it was chosen, and what came of it. */

/** What a decoder may be told; each knows its own of these. */
export interface DecoderOptions {
  /** Of text: the name of its encoding, as `TextDecoder` knows it. */
  readonly encoding?: string | undefined;
  /** Of numbers: `int16`, `float32`, … */
  readonly type?: string | undefined;
  /** Of numbers: `big` or `little`. */
  readonly order?: string | undefined;
  /** Of formats with a schema: the id of a schema that was brought. */
  readonly schema?: string | undefined;
  /** Of Protobuf: the full name of the message type. */
  readonly messageType?: string | undefined;
  /** How many bytes to leave out at the beginning. */
  readonly skip?: string | undefined;
}

export interface DecoderStep {
  readonly decoder: string;
  readonly options: DecoderOptions;
}

/** A decoder as the window offers it. */
export interface DecoderInfo {
  readonly id: string;
  readonly label: string;
  /** What it is for, in a few words. */
  readonly hint: string;
  /** Whether it unpacks bytes that are decoded further. */
  readonly unpacks: boolean;
  readonly options: readonly DecoderOptionInfo[];
}

export interface DecoderOptionInfo {
  readonly name: keyof DecoderOptions;
  readonly label: string;
  /** What can be chosen, the first one when nothing is; empty for what is typed, or comes from the schemas. */
  readonly choices: ReadonlyArray<{ readonly value: string; readonly label: string }>;
}

/** A field of a Protobuf message that is read without its schema: one row, what it contains follows with a greater depth. */
export interface RawField {
  readonly depth: number;
  readonly number: number;
  readonly wire: 'varint' | 'fixed64' | 'bytes' | 'group' | 'fixed32';
  /** Place of the whole field in the decoded bytes. */
  readonly start: number;
  readonly end: number;
  /** The likeliest reading of its value; empty where the rows below it are that. */
  readonly text: string;
  /** What it could be as well: `−3 as sint`, `1.5 as float`. */
  readonly others: readonly string[];
}

/** A decoded value in a form that knows no format. */
export type DecodedValue =
  /** JSON text: numbers as exact as the format had them. */
  | { readonly kind: 'json'; readonly text: string }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'fields'; readonly fields: readonly RawField[]; readonly bytes: Uint8Array }
  | { readonly kind: 'image'; readonly mediaType: string; readonly bytes: Uint8Array };

/** What a chain was chosen for. */
export type ChosenBy = 'choice' | 'rule' | 'topic' | 'content-type' | 'content';

/** What came of decoding a payload. It never fails: where a step did, the bytes before it are the value. */
export interface Decoded {
  readonly steps: ReadonlyArray<DecoderStep & { readonly label: string }>;
  readonly chosenBy: ChosenBy;
  /** The rule, topic or content type that decided; empty otherwise. */
  readonly because: string;
  readonly value: DecodedValue;
  /** What a person should know of the value: fields without a schema, gaps. */
  readonly notes: readonly string[];
  /** The step that failed and why; null when all is well. */
  readonly problem: {
    readonly label: string;
    readonly message: string;
    /** Whether more room would help: `maxBytes` of the call. */
    readonly isTooLarge: boolean;
  } | null;
}

/** What may come out of decoding unasked, and at the most. */
export const DECODED_BYTES = 8 * 1024 * 1024;
export const MOST_DECODED_BYTES = 64 * 1024 * 1024;

const WHY: Readonly<Record<ChosenBy, string>> = {
  choice: 'as chosen for this topic',
  rule: 'by the rule for',
  topic: 'because of its topic',
  'content-type': 'because of its content type',
  content: 'because of its content',
};

/** `gzip → JSON`; `Bytes` when nothing was decoded. */
export function chainWords(steps: Decoded['steps']): string {
  return steps.length === 0 ? 'Bytes' : steps.map(({ label }) => label).join(' → ');
}

/** `because of its content`, `by the rule for plant/#`. */
export function reasonWords({ chosenBy, because }: Pick<Decoded, 'chosenBy' | 'because'>): string {
  return because === '' ? WHY[chosenBy] : `${WHY[chosenBy]} ${because}`;
}
