import type { JsonSchema } from '@livekit-swarm/settings';
import { code, table } from './markdown.ts';

/** Reader of a JSON Schema for tables of pages. */
export interface SchemaKeys {
  /**
   * Returns the part of the schema at a path of keywords, with references resolved.
   * @throws RangeError when it does not exist
   */
  at(...path: string[]): JsonSchema;
  /**
   * Renders a table of the keys of a mapping: name, example, description. Required keys are bold.
   */
  keysOf(node: JsonSchema, keep?: (key: string) => boolean): string;
  /** Returns the mapping among several alternatives. */
  objectIn(node: JsonSchema): JsonSchema;
}

export const isSchema = (value: unknown): value is JsonSchema =>
  typeof value === 'object' && value !== null;

export const listOf = (value: unknown): JsonSchema[] =>
  Array.isArray(value) ? value.filter(isSchema) : [];

export const schemaKeys = (schema: JsonSchema): SchemaKeys => {
  const at = (...path: string[]): JsonSchema =>
    path.reduce<JsonSchema>((node, keyword) => {
      const next = follow(node)[keyword];
      if (!isSchema(next)) throw new RangeError(`the schema has no ${path.join('/')}`);
      return next;
    }, schema);

  const follow = (node: JsonSchema): JsonSchema => {
    const reference = node.$ref ?? listOf(node.allOf)[0]?.$ref;
    if (typeof reference !== 'string') return node;
    return at('definitions', reference.replace('#/definitions/', ''));
  };

  const keysOf = (node: JsonSchema, keep: (key: string) => boolean = () => true): string => {
    const { properties = {}, required } = follow(node);
    const needed = Array.isArray(required) ? required : [];
    return table(
      ['key', 'example', 'description'],
      Object.entries(properties)
        .filter(([key]) => keep(key))
        .map(([key, value]) => [
          needed.includes(key) ? `**${code(key)}**` : code(key),
          example(value),
          described(value),
        ]),
    );
  };

  const described = (node: JsonSchema): string => {
    const text = String(node.description ?? follow(node).description ?? '');
    const initial = node.default;
    const known = initial === undefined || (isSchema(initial) && Object.keys(initial).length === 0);
    return known ? text : `${text} Default: ${code(String(initial))}.`.trim();
  };

  /** Formats a value as in a file. */
  const example = (node: JsonSchema): string => {
    const target = follow(node);
    if (Array.isArray(node.examples)) return codes(node.examples.slice(0, 2));
    if (Array.isArray(target.examples)) {
      const few = target.examples.slice(0, 2);
      return codes(few.some(Array.isArray) ? few.slice(0, 1) : few);
    }
    if (Array.isArray(target.enum)) return codes(target.enum.slice(0, 3));
    const [first] = listOf(target.anyOf);
    if (first !== undefined) return example(first);
    if (target.type === 'boolean') return codes([true]);
    if (target.type === 'integer' || target.type === 'number') return codes([3]);
    return '';
  };

  const objectIn = (node: JsonSchema): JsonSchema => {
    const found = listOf(follow(node).anyOf).find(({ type }) => type === 'object');
    if (found === undefined) throw new RangeError('no alternative is a mapping');
    return found;
  };

  return { at, keysOf, objectIn };
};

const codes = (values: readonly unknown[]): string =>
  values.map((value) => code(flow(value))).join(', ');

/** Formats a value in flow style, on one line. */
export const flow = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(flow).join(', ')}]`;
  if (!isSchema(value)) return String(value);
  return `{ ${Object.entries(value)
    .map(([key, inner]) => `${key}: ${flow(inner)}`)
    .join(', ')} }`;
};
