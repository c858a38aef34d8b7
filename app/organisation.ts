/** How a person keeps connections in order; of no meaning to a broker. */
import * as v from 'valibot';
import { singleLine } from './profile-fields';

export const MAX_FOLDER_LENGTH = 120;

export const organisationSchema = v.object({
  /** Empty for none. */
  folder: v.pipe(singleLine('The name of the folder', MAX_FOLDER_LENGTH), v.trim()),
  favourite: v.boolean(),
  connectAtStart: v.boolean(),
  /** Opened once, from a link: it is gone, with its history, when the program is started again. */
  once: v.boolean(),
});

export type Organisation = v.InferOutput<typeof organisationSchema>;

export const DEFAULT_ORGANISATION: Organisation = {
  folder: '',
  favourite: false,
  connectAtStart: false,
  once: false,
};
