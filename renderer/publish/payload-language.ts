import { json } from '@codemirror/lang-json';
import {
  bracketMatching,
  HighlightStyle,
  StreamLanguage,
  syntaxHighlighting,
} from '@codemirror/language';
import { StateEffect, StateField, type Extension, type Range } from '@codemirror/state';
import {
  Decoration,
  EditorView,
  MatchDecorator,
  ViewPlugin,
  type DecorationSet,
  type ViewUpdate,
} from '@codemirror/view';
import { tags } from '@lezer/highlight';

export type PayloadSyntax = 'plain' | 'json' | 'xml';

interface XmlState {
  readonly within: 'text' | 'tag' | 'comment';
}

/** Enough of XML for its colours: tags, attributes, values, comments. */
const xmlLanguage = StreamLanguage.define<{ within: XmlState['within'] }>({
  startState: () => ({ within: 'text' }),
  token: (stream, state) => {
    if (state.within === 'comment') {
      state.within = stream.match(/^.*?-->/u) ? 'text' : 'comment';
      if (state.within === 'comment') stream.skipToEnd();
      return 'comment';
    }
    if (state.within === 'text') {
      if (stream.match('<!--')) {
        state.within = 'comment';
        return 'comment';
      }
      if (stream.match(/^<[/?!]?[\w:.-]*/u)) {
        state.within = 'tag';
        return 'propertyName';
      }
      if (stream.match(/^&[#\w]+;/u)) return 'number';
      if (!stream.match(/^[^<&]+/u)) stream.next();
      return null;
    }
    if (stream.eatSpace()) return null;
    if (stream.match(/^[/?]?>/u)) {
      state.within = 'text';
      return 'propertyName';
    }
    if (stream.match(/^"[^"]*"?|^'[^']*'?/u)) return 'string';
    if (stream.match(/^[\w:.-]+/u)) return 'number';
    stream.next();
    return null;
  },
});

const xmlStyle = HighlightStyle.define([{ tag: tags.comment, color: 'var(--faint)' }]);

/** The colours of a payload's language. */
export function languageOf(syntax: PayloadSyntax): Extension {
  if (syntax === 'json') return [json(), bracketMatching()];
  return syntax === 'xml' ? [xmlLanguage, syntaxHighlighting(xmlStyle)] : [];
}

const variables = new MatchDecorator({
  regexp: /(?<!\\)\{\{(?:"(?:[^"\\\n]|\\.)*"|[^"\n])*?\}\}/gu,
  decoration: Decoration.mark({ class: 'cm-variable' }),
});

/** Marks `{{…}}` as what stands for a value. */
export const variableMarks: Extension = [
  ViewPlugin.define(
    (view) => ({
      marks: variables.createDeco(view),
      update(update: ViewUpdate) {
        this.marks = variables.updateDeco(update, this.marks);
      },
    }),
    { decorations: (plugin: { marks: DecorationSet }) => plugin.marks },
  ),
  EditorView.theme({
    '.cm-variable': {
      borderRadius: '3px',
      backgroundColor: 'var(--accent-soft)',
      color: 'var(--accent)',
    },
    '.cm-variable *': { color: 'var(--accent) !important' },
  }),
];

/** A piece of the text that is wrong; null for none. */
export interface WrongPlace {
  readonly start: number;
  readonly end: number;
}

export const setWrongPlace = StateEffect.define<WrongPlace | null>();

/** Underlines what is wrong, until it is told anew. */
export const wrongPlaceMarks: Extension = [
  StateField.define<DecorationSet>({
    create: () => Decoration.none,
    update: (marks, transaction) => {
      const told = transaction.effects.find((effect) => effect.is(setWrongPlace));
      if (!told) return marks.map(transaction.changes);
      return placeMarks(told.value, transaction.state.doc.length);
    },
    provide: (field) => EditorView.decorations.from(field),
  }),
  EditorView.theme({
    '.cm-wrong': {
      textDecoration: 'underline wavy var(--bad) 1px',
      textUnderlineOffset: '3px',
      backgroundColor: 'var(--bad-soft)',
    },
  }),
];

function placeMarks(place: WrongPlace | null, length: number): DecorationSet {
  if (place === null || length === 0) return Decoration.none;
  // At the end of the text its last character stands for what is missing.
  const start = Math.max(0, Math.min(place.start, length - 1));
  const end = Math.max(start + 1, Math.min(place.end, length));
  const marks: Range<Decoration>[] = [Decoration.mark({ class: 'cm-wrong' }).range(start, end)];
  return Decoration.set(marks);
}
