import { WrongText, type TextEncoding } from '../encoder';

const utf8 = new TextEncoder();

/** Text in UTF-8, as it stands. */
export const text: TextEncoding = {
  id: 'text',
  label: 'Text',
  hint: 'as it stands',
  packs: false,
  syntax: 'plain',
  options: [],
  encode: (source) => {
    const half = source.search(/\p{Surrogate}/u);
    if (half >= 0)
      throw new WrongText('Half a character cannot be sent: it has no form in UTF-8', half);
    return { bytes: utf8.encode(source) };
  },
};
