import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import * as v from 'valibot';
import { decodingFileSchema } from '../../../app/contract-decoding-schemas';
import { LoupeError, messageOf } from '../../../app/errors';
import {
  MOST_RULES,
  MOST_SCHEMA_BYTES,
  MOST_SCHEMAS,
  type DecodingRule,
  type DecodingSchema,
  type SchemaSummary,
} from '../../../app/decoding/rules';
import { decodeUtf8 } from '../../../app/payload/utf8';
import { JsonFile } from '../../files/json-file';

type FileContent = v.InferOutput<typeof decodingFileSchema>;
type FileSchema = FileContent['schemas'][number];

/** The rules and schemas of a data folder. */
export class DecodingFile {
  private readonly file: JsonFile<FileContent>;
  private known: readonly DecodingSchema[] | null = null;

  constructor(home: string, warn: (message: string) => void) {
    this.file = new JsonFile({
      file: join(home, 'decoding.json'),
      schema: decodingFileSchema,
      initial: { format: 'mqtt-loupe-decoding', version: 1, rules: [], schemas: [] },
      entries: { rules: ['decoding rule', 'decoding rules'], schemas: ['schema', 'schemas'] },
      warn,
    });
  }

  get rules(): readonly DecodingRule[] {
    return this.file.value.rules;
  }

  set rules(rules: readonly DecodingRule[]) {
    this.file.set({ ...this.file.value, rules: plainRules(rules) });
  }

  /** The same objects until they change: what was understood of one stays with it. */
  get schemas(): readonly DecodingSchema[] {
    this.known ??= this.file.value.schemas.map(schemaOf);
    return this.known;
  }

  get summaries(): readonly SchemaSummary[] {
    return this.file.value.schemas.map(({ id, name, kind, files, types }) => ({
      ...{ id, name, kind, types },
      files: files.map((one) => one.name),
      sizeBytes: files.reduce((sum, { base64 }) => sum + Math.floor((base64.length * 3) / 4), 0),
    }));
  }

  /** @throws LoupeError `invalid-argument` when there is no room for it */
  keep(schema: DecodingSchema, types: readonly string[]): void {
    const { schemas, ...rest } = this.file.value;
    const others = schemas.filter(({ id }) => id !== schema.id);
    const sizeBytes = schema.files.reduce((sum, { bytes }) => sum + bytes.length, 0);
    if (others.length >= MOST_SCHEMAS || sizeBytes > MOST_SCHEMA_BYTES) {
      throw new LoupeError(
        'invalid-argument',
        `The schema cannot be kept: there may be ${String(MOST_SCHEMAS)} schemas of ${String(MOST_SCHEMA_BYTES / 1024 / 1024)} MB each.`,
      );
    }
    this.put({ ...rest, schemas: [...others, fileSchema(schema, types)] });
  }

  remove(schemaId: string): void {
    const { schemas, ...rest } = this.file.value;
    this.put({ ...rest, schemas: schemas.filter(({ id }) => id !== schemaId) });
  }

  export(): Uint8Array {
    return Buffer.from(`${JSON.stringify(this.file.value, null, 2)}\n`);
  }

  /** Adds the rules and schemas of a file, under ids of their own. @throws LoupeError `invalid-argument` */
  import(bytes: Uint8Array): { readonly rules: number; readonly schemas: number } {
    const added = renamed(contentOf(bytes));
    const { rules, schemas, ...rest } = this.file.value;
    if (
      rules.length + added.rules.length > MOST_RULES ||
      schemas.length + added.schemas.length > MOST_SCHEMAS
    ) {
      throw new LoupeError(
        'invalid-argument',
        'The file was not imported: there would be too many rules or schemas. Remove some first.',
      );
    }
    this.put({
      ...rest,
      rules: [...rules, ...added.rules],
      schemas: [...schemas, ...added.schemas],
    });
    return { rules: added.rules.length, schemas: added.schemas.length };
  }

  flush(): void {
    this.file.flush();
  }

  private put(content: FileContent): void {
    this.known = null;
    this.file.set(content);
  }
}

function contentOf(bytes: Uint8Array): FileContent {
  try {
    return v.parse(decodingFileSchema, JSON.parse(decodeUtf8(bytes) ?? ''));
  } catch (error) {
    throw new LoupeError(
      'invalid-argument',
      `The file was not imported: it holds no decoding rules of MQTT Loupe (${messageOf(error)}).`,
      { cause: error },
    );
  }
}

function renamed(content: FileContent): Pick<FileContent, 'rules' | 'schemas'> {
  const ids = new Map(content.schemas.map(({ id }) => [id, randomUUID()]));
  return {
    schemas: content.schemas.map((schema) => ({ ...schema, id: ids.get(schema.id) ?? schema.id })),
    rules: content.rules.map((rule) => ({
      ...rule,
      id: randomUUID(),
      steps: rule.steps.map((step) => {
        const schema = ids.get(step.options.schema ?? '');
        return schema === undefined ? step : { ...step, options: { ...step.options, schema } };
      }),
    })),
  };
}

function plainRules(rules: readonly DecodingRule[]): FileContent['rules'] {
  return rules.map((rule) => ({
    ...rule,
    steps: rule.steps.map((step) => ({ ...step, options: { ...step.options } })),
    chartPath: rule.chartPath ? [...rule.chartPath] : null,
  }));
}

function schemaOf({ id, name, kind, files }: FileSchema): DecodingSchema {
  return {
    ...{ id, name, kind },
    files: files.map((file) => ({
      name: file.name,
      bytes: new Uint8Array(Buffer.from(file.base64, 'base64')),
    })),
  };
}

function fileSchema(
  { id, name, kind, files }: DecodingSchema,
  types: readonly string[],
): FileSchema {
  return {
    ...{ id, name, kind, types: [...types] },
    files: files.map((file) => ({
      name: file.name,
      base64: Buffer.from(file.bytes).toString('base64'),
    })),
  };
}
