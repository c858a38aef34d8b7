import { parseJson } from '../../../../app/payload/json';
import { isJson } from '../../../../app/payload/json-check';
import { WrongText, type TextEncoding } from '../encoder';

const utf8 = new TextEncoder();

/** JSON: the text as it stands, when it is valid. */
export const json: TextEncoding = {
  id: 'json',
  label: 'JSON',
  hint: 'checked, as it stands',
  packs: false,
  syntax: 'json',
  options: [],
  encode: (source) => {
    check(source);
    return { bytes: utf8.encode(source) };
  },
};

/** @throws WrongText where it is no JSON */
function check(source: string): void {
  // The check of the whole text takes little memory; only what is wrong is parsed to say where.
  if (isJson(source)) return;
  const result = parseJson(source);
  if (!result.ok) throw new WrongText(result.problem.message, result.problem.offset);
}
