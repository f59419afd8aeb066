import { z } from 'zod';

/**
 * A fact: a code and its values, from which reports make a sentence.
 * @param added fields that a document has beside the values of every fact, such as that sentence
 */
export const fact = <
  const Code extends string,
  Values extends z.core.$ZodShape,
  Added extends z.core.$ZodShape,
>(
  code: Code,
  values: Values,
  added: Added,
) => z.object({ code: z.literal(code), ...values, ...added });

/** No added fields: facts as the analysis makes them. */
export const PLAIN = {} satisfies z.core.$ZodShape;
