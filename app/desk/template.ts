import type { PublishDraft } from './draft';

/** A draft that is kept. */
export interface Template {
  readonly id: string;
  readonly name: string;
  /** Levels with `/` between, empty for none. */
  readonly folder: string;
  readonly draft: PublishDraft;
}

/** A template as lists show it. */
export interface TemplateSummary {
  readonly id: string;
  readonly name: string;
  readonly folder: string;
  readonly topic: string;
  readonly qos: PublishDraft['qos'];
  readonly retain: boolean;
  readonly format: string | null;
  /** The beginning of its text on one line. */
  readonly preview: string;
}

export const MOST_TEMPLATES = 2_000;
export const MOST_TEMPLATE_CHARS = 1024 * 1024;
export const MOST_NAME_CHARS = 200;

/** A folder as it is kept: no empty levels, no spaces around them. */
export function folderOf(text: string): string {
  return text
    .split('/')
    .map((level) => level.trim())
    .filter((level) => level !== '')
    .join('/');
}

/** Folders first, then by name; numbers in their order. */
export function byPlace(
  one: Pick<Template, 'folder' | 'name'>,
  other: Pick<Template, 'folder' | 'name'>,
): number {
  return compare(one.folder, other.folder) || compare(one.name, other.name);
}

/** A name that is free in its folder: `Start (2)`. */
export function freeName(wanted: string, taken: ReadonlySet<string>): string {
  if (!taken.has(wanted)) return wanted;
  for (let number = 2; ; number += 1) {
    const name = `${wanted} (${String(number)})`;
    if (!taken.has(name)) return name;
  }
}

/** Whether a template has all words of a search, in any case. */
export function templateMatches(template: TemplateSummary, search: string): boolean {
  const { name, folder, topic, preview } = template;
  const text = `${folder}/${name}\n${topic}\n${preview}`.toLowerCase();
  return search
    .toLowerCase()
    .split(/\s+/u)
    .every((word) => text.includes(word));
}

const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

function compare(one: string, other: string): number {
  return collator.compare(one, other);
}
