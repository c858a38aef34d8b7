import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import * as v from 'valibot';
import type { ImportedTemplate } from '../../../app/contract-desk';
import { templatesFileSchema } from '../../../app/contract-desk-schemas';
import {
  byPlace,
  folderOf,
  freeName,
  MOST_TEMPLATE_CHARS,
  MOST_TEMPLATES,
  type Template,
  type TemplateSummary,
} from '../../../app/desk/template';
import { LoupeError, messageOf } from '../../../app/errors';
import { decodeUtf8 } from '../../../app/payload/utf8';
import { JsonFile } from '../../files/json-file';

type FileContent = v.InferOutput<typeof templatesFileSchema>;

const PREVIEW_CHARS = 120;
const MOST_ANSWERS = 500;
const MOST_ANSWER_CHARS = 10_000;

/** The templates of a data folder, and what was answered last to their questions. */
export class Templates {
  /** Counted up with each change. */
  version = 1;
  readonly #file: JsonFile<FileContent>;

  constructor(home: string, warn: (message: string) => void) {
    this.#file = new JsonFile({
      file: join(home, 'templates.json'),
      schema: templatesFileSchema,
      initial: { format: 'mqtt-loupe-templates', version: 1, templates: [], answers: [] },
      entries: { templates: ['template', 'templates'], answers: ['answer', 'answers'] },
      warn,
    });
  }

  get summaries(): readonly TemplateSummary[] {
    return this.#file.value.templates.map(summaryOf).sort(byPlace);
  }

  /** @throws LoupeError `not-found` */
  get(id: string): Template {
    const found = this.#file.value.templates.find((one) => one.id === id);
    if (found) return found;
    throw new LoupeError('not-found', 'That template is no longer there.');
  }

  /** @throws LoupeError `invalid-argument` when it cannot be kept */
  save(template: Template): void {
    if (template.draft.payload.length > MOST_TEMPLATE_CHARS) throw tooLong();
    const folder = folderOf(template.folder);
    const name = template.name.trim();
    if (name === '') throw new LoupeError('invalid-argument', 'Give the template a name.');
    const others = this.#file.value.templates.filter(({ id }) => id !== template.id);
    if (others.length >= MOST_TEMPLATES) throw tooMany();
    this.#put([...others, { ...template, name, folder }]);
  }

  /** @throws LoupeError `not-found` */
  delete(id: string): Template {
    const template = this.get(id);
    this.#put(this.#file.value.templates.filter((one) => one.id !== id));
    return template;
  }

  /** A file of a folder's templates with what is below it, or of all. */
  export(folder: string | null): Uint8Array {
    const wanted = this.#file.value.templates.filter(
      (one) => folder === null || one.folder === folder || one.folder.startsWith(`${folder}/`),
    );
    const { format, version } = this.#file.value;
    const content = { format, version, templates: wanted.sort(byPlace) };
    return Buffer.from(`${JSON.stringify(content, null, 2)}\n`);
  }

  /** What an import would bring. @throws LoupeError `invalid-argument` */
  preview(bytes: Uint8Array): readonly ImportedTemplate[] {
    return this.#arriving(bytes).map(({ template, state }) => ({
      ...{ name: template.name, folder: template.folder, state },
      topic: template.draft.topic,
    }));
  }

  /** Adds what is not there yet, under names that are free. @throws LoupeError `invalid-argument` */
  import(bytes: Uint8Array): number {
    const added = this.#arriving(bytes)
      .filter(({ state }) => state !== 'same')
      .map(({ template }) => ({ ...template, id: randomUUID() }));
    if (this.#file.value.templates.length + added.length > MOST_TEMPLATES) throw tooMany();
    this.#put([...this.#file.value.templates, ...added]);
    return added.length;
  }

  /** What was answered last; null when it was never asked. */
  answerTo(question: string): string | null {
    return this.#file.value.answers.find(([name]) => name === question)?.[1] ?? null;
  }

  remember(answers: ReadonlyArray<readonly [string, string]>): void {
    const short = answers.filter(([, answer]) => answer.length <= MOST_ANSWER_CHARS);
    const names = new Set(short.map(([name]) => name));
    const others = this.#file.value.answers.filter(([name]) => !names.has(name));
    const kept = [...others, ...short.map(([name, answer]): [string, string] => [name, answer])];
    if (short.length === 0) return;
    this.#file.set({ ...this.#file.value, answers: kept.slice(-MOST_ANSWERS) });
  }

  flush(): void {
    this.#file.flush();
  }

  #arriving(
    bytes: Uint8Array,
  ): { readonly template: Template; readonly state: ImportedTemplate['state'] }[] {
    const there = this.#file.value.templates;
    const taken = new Map<string, Set<string>>();
    const namesIn = (folder: string): Set<string> => {
      const names =
        taken.get(folder) ??
        new Set(there.filter((one) => one.folder === folder).map(({ name }) => name));
      taken.set(folder, names);
      return names;
    };
    const contents = new Set(there.map(contentKey));
    return contentOf(bytes).templates.map((one) => {
      const folder = folderOf(one.folder);
      if (contents.has(contentKey({ ...one, folder })))
        return { template: { ...one, folder }, state: 'same' };
      const names = namesIn(folder);
      const name = freeName(one.name, names);
      names.add(name);
      return { template: { ...one, name, folder }, state: name === one.name ? 'new' : 'renamed' };
    });
  }

  #put(templates: readonly Template[]): void {
    this.#file.set({ ...this.#file.value, templates: [...templates] });
    this.version += 1;
  }
}

/** What makes two templates the same. */
function contentKey({ name, folder, draft }: Template): string {
  return JSON.stringify([folder, name, Object.entries(draft).sort()]);
}

function summaryOf({ id, name, folder, draft }: Template): TemplateSummary {
  const { topic, qos, retain, format, payload, source } = draft;
  const text = source?.kind === 'file' ? source.name : payload.slice(0, PREVIEW_CHARS * 4);
  const preview = text.replaceAll(/\s+/gu, ' ').trim().slice(0, PREVIEW_CHARS);
  return { id, name, folder, topic, qos, retain, format, preview };
}

function contentOf(bytes: Uint8Array): FileContent {
  try {
    return v.parse(templatesFileSchema, JSON.parse(decodeUtf8(bytes) ?? ''));
  } catch (error) {
    throw new LoupeError(
      'invalid-argument',
      `The file was not imported: it holds no templates of MQTT Loupe (${messageOf(error)}).`,
      { cause: error },
    );
  }
}

function tooMany(): LoupeError {
  return new LoupeError(
    'invalid-argument',
    `There may be ${MOST_TEMPLATES.toLocaleString('en')} templates. Delete some first.`,
  );
}

function tooLong(): LoupeError {
  return new LoupeError(
    'invalid-argument',
    'The text is longer than a million characters: keep it as a file and let the template name that.',
  );
}
