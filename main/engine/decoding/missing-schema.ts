import type { DecoderOptions } from '../../../app/decoding/decoded';

/** Why there is no schema: none was chosen, or the one that was is gone. */
export function missingSchema({ schema = '' }: DecoderOptions, files: string): Error {
  return new Error(
    schema === ''
      ? `No schema is chosen: bring ${files}`
      : `The schema that was chosen is no longer here: choose another, or bring ${files} again`,
  );
}
