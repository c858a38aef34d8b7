/** Accents a person can give a connection or a subscription; the renderer maps them to tokens of the theme. */
export const PROFILE_COLOURS = [
  'blue',
  'green',
  'amber',
  'red',
  'violet',
  'cyan',
  'pink',
  'grey',
] as const;
export type ProfileColour = (typeof PROFILE_COLOURS)[number];
