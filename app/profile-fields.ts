/** What the fields of a profile have in common: limits, and words for what is wrong with them. */
import * as v from 'valibot';

/**
 * U+0000 to U+001F and U+007F (Unicode's category Cc, its Latin-1 half left out: it is harmless in a form), and the marks
 * that turn the direction of all text after them, also of ours.
 */
export const isControl = (character: string): boolean =>
  character < ' ' || character === '\u007f' || /[\u202A-\u202E\u2066-\u2069]/u.test(character);

/** A text on one line. */
export const singleLine = (what: string, maximum: number): v.GenericSchema<string> =>
  v.pipe(
    v.string(),
    v.maxLength(maximum, `${what} may have at most ${maximum.toLocaleString('en')} characters.`),
    v.check(
      (text) => ![...text].some(isControl),
      `${what} must not contain control characters or line breaks.`,
    ),
  );

/** A whole number within limits, both allowed. */
export const wholeNumber = (
  what: string,
  minimum: number,
  maximum: number,
): v.GenericSchema<number> => {
  const message = `${what} must be a whole number from ${String(minimum)} to ${String(maximum)}.`;
  return v.pipe(
    v.number(message),
    v.integer(message),
    v.minValue(minimum, message),
    v.maxValue(maximum, message),
  );
};

/** A `check` whose words depend on the value. */
export const without = <Value>(
  problemOf: (value: Value) => string | null,
): v.RawCheckAction<Value> =>
  v.rawCheck(({ dataset, addIssue }) => {
    const problem = dataset.typed ? problemOf(dataset.value) : null;
    if (problem !== null) addIssue({ message: problem });
  });

export const qosSchema = v.picklist([0, 1, 2]);

/** UTF-8 Encoded Strings of the protocol have at most 65,535 bytes (MQTT 5.0 §1.5.4). */
const MOST_PROPERTY_CHARACTERS = 16_000;
const MOST_USER_PROPERTIES = 100;

/** Name and value pairs (MQTT 5.0 §1.5.7); names may repeat. */
export const userPropertiesSchema = v.pipe(
  v.array(
    v.tuple([
      v.pipe(
        singleLine('The name of a user property', MOST_PROPERTY_CHARACTERS),
        v.nonEmpty('Give the user property a name.'),
      ),
      singleLine('The value of a user property', MOST_PROPERTY_CHARACTERS),
    ]),
  ),
  v.maxLength(MOST_USER_PROPERTIES, 'At most 100 user properties can be kept.'),
);

export type UserProperties = v.InferOutput<typeof userPropertiesSchema>;
