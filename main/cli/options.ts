import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';
import { LoupeError, messageOf } from '../../app/errors';
import { MOST_PACKET_MEGABYTES } from '../../app/packet-limit';
import { topicFilterProblem } from '../../app/topic';

type Values<Options extends ParseArgsOptionsConfig> = ReturnType<
  typeof parseArgs<{ options: Options; strict: true; allowPositionals: false }>
>['values'];

/** Wrong use of the command line: what is wrong, and what would be right. */
export function usageError(message: string): LoupeError {
  return new LoupeError('invalid-argument', message);
}

/** Reads options strictly. Throws `invalid-argument` with words for a person. */
export function parseOptions<const Options extends ParseArgsOptionsConfig>(
  args: readonly string[],
  options: Options,
): Values<Options> {
  try {
    return parseArgs({ args: [...args], options, strict: true, allowPositionals: false }).values;
  } catch (error) {
    throw usageError(inWords(error, Object.keys(options)));
  }
}

/** The same with words that stand alone: what a command works on. */
export function parseArguments<const Options extends ParseArgsOptionsConfig>(
  args: readonly string[],
  options: Options,
): { readonly values: Values<Options>; readonly positionals: readonly string[] } {
  try {
    return parseArgs({ args: [...args], options, strict: true, allowPositionals: true });
  } catch (error) {
    throw usageError(inWords(error, Object.keys(options)));
  }
}

function inWords(error: unknown, known: readonly string[]): string {
  const text = messageOf(error);
  const code = error instanceof Error && 'code' in error ? error.code : '';
  const [, name = ''] = /'(?:-\w, )?(-{0,2}[^' ]*)/u.exec(text) ?? [];
  switch (code) {
    case 'ERR_PARSE_ARGS_UNKNOWN_OPTION': {
      const meant = nearest(name.replace(/^-+/u, ''), known);
      return `There is no option ${name}.${meant === null ? '' : ` Did you mean --${meant}?`}`;
    }
    case 'ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL':
      return `“${name}” stands alone: it belongs to no option. Quote values that have spaces or a #.`;
    case 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE':
      if (text.includes('does not take an argument')) return `${name} takes no value.`;
      return `${name} needs a value. One that begins with a dash is written ${name}=-VALUE.`;
    default:
      return text;
  }
}

/** The known word that was probably meant, or null. */
export function nearest(word: string, known: readonly string[]): string | null {
  const close = known
    .map((one) => ({ one, distance: distance(word, one) }))
    // Two letters in the wrong order are two changes.
    .filter(({ one, distance: away }) => away <= (one.length < 3 || word.length < 3 ? 1 : 2))
    .sort((one, other) => one.distance - other.distance);
  return close[0]?.one ?? known.find((one) => word.length > 2 && one.startsWith(word)) ?? null;
}

/** Levenshtein's: how many letters must be put, taken or changed. */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let at = 1; at <= one.length; at += 1) {
    const next = [at];
    for (let to = 1; to <= other.length; to += 1) {
      const change = (row[to - 1] ?? 0) + (one[at - 1] === other[to - 1] ? 0 : 1);
      next.push(Math.min(change, (row[to] ?? 0) + 1, (next[to - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}

/** One of a few words; undefined stays undefined. */
export function oneOf<Word extends string>(
  option: string,
  value: string | undefined,
  words: readonly Word[],
): Word | undefined {
  if (value === undefined) return undefined;
  const word = words.find((one) => one === value);
  if (word !== undefined) return word;
  const others = words.slice(0, -1).join(', ');
  throw usageError(`${option} must be ${others} or ${words.at(-1) ?? ''}, not “${value}”.`);
}

/** A whole number above zero; null when the option is not there. */
export function positiveInteger(option: string, value: string | undefined): number | null {
  if (value === undefined) return null;
  const number = /^\d{1,15}$/u.test(value) ? Number(value) : 0;
  if (number > 0) return number;
  throw usageError(`${option} must be a whole number above 0, not “${value}”.`);
}

/** `--max-packet`: whole megabytes, as many as MQTT can carry; undefined when it is not there. */
export function packetMegabytes(value: string | undefined): number | undefined {
  const megabytes = positiveInteger('--max-packet', value);
  if (megabytes === null) return undefined;
  if (megabytes <= MOST_PACKET_MEGABYTES) return megabytes;
  throw usageError(
    `--max-packet can be at most ${String(MOST_PACKET_MEGABYTES)} MB, the largest that MQTT has.`,
  );
}

/** Topic filters as MQTT allows them. */
export function topicFilters(
  option: string,
  values: readonly string[] | undefined,
): readonly string[] {
  for (const filter of values ?? []) {
    const problem = topicFilterProblem(filter);
    if (problem !== null) throw usageError(`${option} “${filter}” is no topic filter: ${problem}`);
  }
  return values ?? [];
}
