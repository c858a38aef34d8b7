import { SaxesParser } from 'saxes';
import { WrongText, type TextEncoding } from '../encoder';

const utf8 = new TextEncoder();

/** XML: the text as it stands, when it is well-formed. */
export const xml: TextEncoding = {
  id: 'xml',
  label: 'XML',
  hint: 'checked, as it stands',
  packs: false,
  syntax: 'xml',
  options: [],
  encode: (source) => {
    check(source);
    return { bytes: utf8.encode(source) };
  },
};

/** @throws WrongText where it is not well-formed */
function check(source: string): void {
  const start = source.startsWith('\ufeff') ? 1 : 0;
  const parser = new SaxesParser({ xmlns: false });
  parser.on('error', (error) => {
    // The parser puts line and column in front of its words.
    const words = error.message.replace(/^\d+:\d+: /u, '');
    throw new WrongText(`Not valid XML: ${words}`, Math.max(0, start + parser.position - 1));
  });
  parser.write(source.slice(start)).close();
}
