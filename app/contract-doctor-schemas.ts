/** What may enter the engine of the connection doctor's part of the contract. */
import * as v from 'valibot';
import { profileSchema } from './profile';
import { SECRET_NAMES } from './secret';

const MOST_SECRET_CHARACTERS = 1_000_000;

export const doctorViewSchemas = {
  doctor: v.object({
    runId: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(Number.MAX_SAFE_INTEGER)),
    profile: profileSchema,
    secrets: v.pipe(
      v.array(
        v.object({
          name: v.picklist(SECRET_NAMES),
          value: v.nullable(v.pipe(v.string(), v.maxLength(MOST_SECRET_CHARACTERS))),
        }),
      ),
      v.maxLength(SECRET_NAMES.length),
    ),
    publishes: v.boolean(),
    usesClientId: v.boolean(),
    isWanted: v.boolean(),
  }),
};
