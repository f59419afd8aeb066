import fc from 'fast-check';
import { z } from 'zod';

/**
 * Text with names that every object inherits, and characters that a careless writer would break.
 */
const text = fc.oneof(
  fc.constantFrom(
    '',
    '__proto__',
    'constructor',
    'toString',
    '\n',
    '\u2028',
    '"',
    '\\',
    '\0',
    '\ud800',
  ),
  fc.string({ unit: 'grapheme', maxLength: 12 }),
);

/** Numbers of JSON, which has neither NaN nor infinity, nor a signed zero. */
const number = fc.oneof(
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
);

/** Any value that the schema of a record line reads unchanged. */
export const arbitraryOf = (schema: z.core.$ZodType): fc.Arbitrary<unknown> => {
  if (schema instanceof z.ZodString) {
    const { minLength } = schema;
    return minLength === null ? text : text.filter((value) => value.length >= minLength);
  }
  if (schema instanceof z.ZodNumber) {
    const { minValue } = schema;
    return minValue === null || minValue === Number.NEGATIVE_INFINITY
      ? number
      : number.map(Math.abs).filter((value) => value > minValue);
  }
  if (schema instanceof z.ZodBoolean) return fc.boolean();
  if (schema instanceof z.ZodLiteral) return fc.constantFrom(...schema.values);
  if (schema instanceof z.ZodEnum) return fc.constantFrom(...schema.options);
  if (schema instanceof z.ZodNullable)
    return fc.option(arbitraryOf(schema.unwrap()), { nil: null });
  if (schema instanceof z.ZodArray) return fc.array(arbitraryOf(schema.element), { maxLength: 3 });
  if (schema instanceof z.ZodTuple) return fc.tuple(...schema.def.items.map(arbitraryOf));
  if (schema instanceof z.ZodRecord)
    return fc.dictionary(
      // Zod leaves `__proto__` out of a record. After a key that is a backslash, JSON.parse of Node
      // 24 mistakes other keys with escapes for it.
      (arbitraryOf(schema.keyType) as fc.Arbitrary<string>).filter(
        (key) => key !== '__proto__' && key !== '\\',
      ),
      arbitraryOf(schema.valueType),
      { maxKeys: 3, noNullPrototype: true },
    );
  if (schema instanceof z.ZodUnknown)
    return fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)));
  if (schema instanceof z.ZodIntersection)
    return fc
      .tuple(arbitraryOf(schema.def.left), arbitraryOf(schema.def.right))
      .map(([left, right]) => Object.assign({}, left, right));
  if (schema instanceof z.ZodUnion) return fc.oneof(...schema.options.map(arbitraryOf));
  if (schema instanceof z.ZodObject) return objectOf(schema);
  throw new TypeError(`no values of ${schema._zod.def.type} are made`);
};

const objectOf = ({ shape }: z.ZodObject): fc.Arbitrary<unknown> => {
  const fields = Object.entries(shape);
  const isOptional = ([, field]: [string, z.core.$ZodType]) => field._zod.optin === 'optional';
  return fc.record(
    Object.fromEntries(
      fields.map(([key, field]) => [
        key,
        arbitraryOf(isOptional([key, field]) ? (field as z.ZodOptional).unwrap() : field),
      ]),
    ),
    { requiredKeys: fields.filter((field) => !isOptional(field)).map(([key]) => key) },
  );
};
