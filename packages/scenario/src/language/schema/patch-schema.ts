import type { JsonSchema } from '@livekit-swarm/settings';

/**
 * JSON Schema of merge patches (RFC 7386) over `schema`: no key is required, and null removes a
 * key. A patch need not state which of several alternatives, such as executors, it changes.
 */
export const patchSchemaOf = (schema: JsonSchema): JsonSchema => patch(schema, schema);

const NULL: JsonSchema = { type: 'null' };

const patch = (node: JsonSchema, root: JsonSchema): JsonSchema => {
  const { properties, patternProperties, additionalProperties, propertyNames } = objectOf(
    node,
    root,
  );
  return {
    type: 'object',
    ...(properties === undefined
      ? {}
      : { properties: mapValues(properties, (value) => patchOrNull(value, root)) }),
    ...(isSchema(patternProperties)
      ? { patternProperties: mapValues(patternProperties, (value) => patchOrNull(value, root)) }
      : {}),
    ...(propertyNames === undefined ? {} : { propertyNames }),
    additionalProperties: isSchema(additionalProperties)
      ? patchOrNull(additionalProperties, root)
      : false,
  };
};

/** Schema of a patch, or null. Anything but a mapping is replaced as a whole. */
const patchOrNull = (node: JsonSchema, root: JsonSchema): JsonSchema => {
  const { description, default: _default, ...rest } = node;
  const replaced = isMapping(node, root) ? patch(node, root) : rest;
  const choice =
    isSchema(replaced) && Array.isArray(replaced.anyOf) && Object.keys(replaced).length === 1
      ? replaced.anyOf
      : [replaced];
  return { ...(description === undefined ? {} : { description }), anyOf: [...choice, NULL] };
};

const isMapping = (node: JsonSchema, root: JsonSchema): boolean => {
  const target = follow(node, root);
  const alternatives = alternativesOf(target);
  return alternatives.length > 0
    ? alternatives.every((one) => isMapping(one, root))
    : target.type === 'object';
};

/** Mapping that allows all keys of the alternatives. */
const objectOf = (node: JsonSchema, root: JsonSchema): JsonSchema => {
  const target = follow(node, root);
  const alternatives = alternativesOf(target);
  if (alternatives.length === 0) return target;
  const merged = new Map<string, JsonSchema[]>();
  for (const one of alternatives) {
    for (const [key, value] of Object.entries(objectOf(one, root).properties ?? {})) {
      const known = merged.get(key) ?? [];
      if (!known.some((other) => JSON.stringify(other) === JSON.stringify(value)))
        known.push(value);
      merged.set(key, known);
    }
  }
  const properties = Object.fromEntries(
    [...merged].map(([key, values]) => [key, values.length === 1 ? values[0] : { anyOf: values }]),
  );
  return { type: 'object', properties: properties as Record<string, JsonSchema> };
};

const alternativesOf = (node: JsonSchema): JsonSchema[] => {
  const list = node.oneOf ?? node.anyOf;
  return Array.isArray(list) ? list.filter(isSchema) : [];
};

/** Target of `$ref`; a reference with a description is in an `allOf`. */
const follow = (node: JsonSchema, root: JsonSchema): JsonSchema => {
  const [only] = Array.isArray(node.allOf) ? node.allOf : [];
  const reference = node.$ref ?? (isSchema(only) ? only.$ref : undefined);
  if (typeof reference !== 'string') return node;
  const definitions = root.definitions;
  const target = isSchema(definitions)
    ? definitions[reference.replace('#/definitions/', '')]
    : undefined;
  if (!isSchema(target)) throw new RangeError(`${reference} not found`);
  return follow(target, root);
};

const isSchema = (value: unknown): value is JsonSchema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const mapValues = (
  map: Record<string, unknown>,
  change: (value: JsonSchema) => JsonSchema,
): Record<string, JsonSchema> =>
  Object.fromEntries(
    Object.entries(map).flatMap(([key, value]) => (isSchema(value) ? [[key, change(value)]] : [])),
  );
