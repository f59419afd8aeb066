import { z } from 'zod';

/**
 * Schema of a fact: a code and its values, from which reports make a sentence.
 * @param added fields that a document adds to the values of every fact, such as that sentence
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

/** Empty set of added fields: facts as the analysis makes them. */
export const PLAIN = {} satisfies z.core.$ZodShape;
