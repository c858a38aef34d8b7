import { SaxesParser } from 'saxes';
import { messageOf } from '../../../../app/errors';
import { decodeUtf8 } from '../../../../app/payload/utf8';
import { jsonValue, MOST_VALUES, tooManyValues, type Decoder } from '../decoder';
import { Members, writeJson } from '../json-writer';

interface Element {
  readonly name: string;
  readonly members: Members;
  text: string;
}

/**
 * XML as a tree: attributes as `@name`, text as `#text`, or as the value itself where an element has nothing else. No
 * entity is expanded but those of XML itself, and nothing is loaded.
 */
export const xml: Decoder = {
  id: 'xml',
  label: 'XML',
  hint: 'as a tree',
  unpacks: false,
  options: [],
  contentTypes: ['application/xml', 'text/xml'],
  recognises: (bytes) => {
    const text = decodeUtf8(bytes)?.trim() ?? '';
    if (!/^\ufeff?<(?:\?xml\s|[A-Za-z_])/.test(text) || !text.endsWith('>')) return false;
    try {
      parse(text);
      return true;
    } catch {
      // Text that only begins like it, or HTML: that is the answer.
      return false;
    }
  },
  decode: (bytes, _options, { maxBytes }) => {
    const text = decodeUtf8(bytes);
    if (text === null) throw new Error('These bytes are not valid UTF-8');
    return jsonValue(writeJson(parse(text), maxBytes));
  },
};

function parse(text: string): Members {
  const root: Element = { name: '', members: new Members(), text: '' };
  const open: Element[] = [root];
  let count = 0;
  const parser = new SaxesParser({ xmlns: false });
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ name, attributes }) => {
    const element: Element = { name, members: new Members(), text: '' };
    for (const [key, value] of Object.entries(attributes)) element.members.add(`@${key}`, value);
    open.push(element);
    count += 1;
    if (count > MOST_VALUES) throw tooManyValues();
  });
  const add = (part: string): void => {
    const element = open.at(-1);
    if (element) element.text += part;
  };
  parser.on('text', add);
  parser.on('cdata', add);
  parser.on('closetag', () => {
    const element = open.pop();
    if (element) open.at(-1)?.members.add(element.name, contentOf(element));
  });
  try {
    parser.write(text.startsWith('\ufeff') ? text.slice(1) : text).close();
  } catch (error) {
    throw new Error(`Not valid XML: ${messageOf(error)}`, { cause: error });
  }
  return root.members;
}

function contentOf({ members, text }: Element): unknown {
  const shown = text.trim();
  if (members.names.length === 0) return shown;
  if (shown !== '') members.add('#text', shown);
  return members;
}
