/** Keys that mean the same. */
export interface KeyLine {
  /** As for `Kbd`; several are alternatives. */
  readonly keys: readonly string[];
  readonly label: string;
}

/** What keys do in one place of the window, beside the commands that work everywhere. */
export interface KeyList {
  readonly place: string;
  readonly lines: readonly KeyLine[];
}

/** Keys of the whole window that stand for no command. */
export const WINDOW_KEYS: readonly KeyLine[] = [
  { keys: ['/'], label: 'Go to the filter or the search' },
  { keys: ['Shift+F6'], label: 'Go to the pane before' },
  { keys: ['Esc'], label: 'Back to live; close what is open' },
  { keys: ['?'], label: 'This list' },
];

/** Told once; the handlers are `tree-keys.ts`, `timeline-keys.ts`, `plot-keys.ts`, the grids of lists, and the viewers. */
export const KEY_LISTS: readonly KeyList[] = [
  {
    place: 'Topic tree',
    lines: [
      { keys: ['↑', '↓'], label: 'Topic before, topic after' },
      { keys: ['→', '←'], label: 'Expand or go in; collapse or go out' },
      { keys: ['Shift+→', '*'], label: 'Expand all below' },
      { keys: ['Shift+←'], label: 'Collapse all below' },
      { keys: ['Enter', 'Space'], label: 'Expand or collapse' },
      { keys: ['a … z'], label: 'Go to the next topic that begins so' },
      { keys: ['Mod+C'], label: 'Copy the topic' },
    ],
  },
  {
    place: 'Timeline',
    lines: [
      { keys: ['←', '→'], label: 'Move; with Shift further' },
      { keys: ['PgUp', 'PgDn'], label: 'Move by a tenth of what is in view' },
      { keys: ['Home', 'End'], label: 'To the first message; to live' },
      { keys: [',', '.'], label: 'To the message before, after' },
      { keys: ['[', ']'], label: 'To the mark before, after' },
      { keys: ['M'], label: 'Set a mark' },
      { keys: ['Space'], label: 'Play or pause' },
      { keys: ['+', '-', '0'], label: 'Zoom in, out, show all' },
    ],
  },
  {
    place: 'Charts',
    lines: [
      { keys: ['←', '→'], label: 'Move the cursor; with Shift the chart' },
      { keys: ['PgUp', 'PgDn'], label: 'Nearly a whole width back, on' },
      { keys: ['+', '-'], label: 'Zoom in, out' },
      { keys: ['Home', 'End'], label: 'To the beginning; to the end' },
      { keys: ['Esc'], label: 'Take the cursor away' },
    ],
  },
  {
    place: 'Lists of messages and packets',
    lines: [
      { keys: ['↑', '↓'], label: 'Row before, row after' },
      { keys: ['PgUp', 'PgDn'], label: 'A page up, down' },
      { keys: ['Home', 'End'], label: 'First row, last row' },
      { keys: ['Mod+C'], label: 'Copy what the row shows' },
      { keys: ['Esc'], label: 'Close the row’s detail' },
    ],
  },
  {
    place: 'A payload',
    lines: [
      { keys: ['Mod+F'], label: 'Search in it' },
      { keys: ['F3', 'Shift+F3'], label: 'Next, previous place' },
      { keys: ['*', '/'], label: 'JSON: unfold, fold all below' },
      { keys: ['Mod+C'], label: 'Copy the value or the bytes' },
    ],
  },
  {
    place: 'Publish',
    lines: [
      { keys: ['Mod+Enter'], label: 'Publish' },
      { keys: ['Tab'], label: 'Topic: take the first proposal' },
    ],
  },
];
