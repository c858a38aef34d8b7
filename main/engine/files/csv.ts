/** CSV as RFC 4180 §2 tells it. */

/** A field: quoted where it holds a comma, a quote or a line break. Nothing else is changed, so values stay exact. */
export function csvField(text: string): string {
  return /[",\r\n]/u.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The fields of one record, without its line break; null when a quote stands where none can. */
export function csvFields(record: string, separator = ','): string[] | null {
  const fields: string[] = [];
  for (let at = 0; ;) {
    if (record.charCodeAt(at) !== QUOTE) {
      const comma = record.indexOf(separator, at);
      fields.push(record.slice(at, comma < 0 ? undefined : comma));
      if (comma < 0) return fields;
      at = comma + 1;
      continue;
    }
    const end = closingQuote(record, at + 1);
    if (end < 0) return null;
    fields.push(record.slice(at + 1, end).replaceAll('""', '"'));
    if (end + 1 === record.length) return fields;
    if (record[end + 1] !== separator) return null;
    at = end + 2;
  }
}

const QUOTE = 0x22;

function closingQuote(record: string, from: number): number {
  for (let at = record.indexOf('"', from); at >= 0; at = record.indexOf('"', at + 2)) {
    if (record.charCodeAt(at + 1) !== QUOTE) return at;
  }
  return -1;
}
