import { type JsonSchema, scenarioJsonSchema } from '@livekit-swarm/core';
import { code, table } from './markdown.ts';

const schema = scenarioJsonSchema();

/** The part of the schema at a path of keywords, references followed. */
const at = (...path: string[]): JsonSchema =>
  path.reduce<JsonSchema>((node, keyword) => {
    const next = follow(node)[keyword];
    if (!isSchema(next)) throw new RangeError(`the schema has no ${path.join('/')}`);
    return next;
  }, schema);

const isSchema = (value: unknown): value is JsonSchema => typeof value === 'object' && value !== null;

const listOf = (value: unknown): JsonSchema[] => (Array.isArray(value) ? value.filter(isSchema) : []);

const follow = (node: JsonSchema): JsonSchema => {
  const reference = node.$ref ?? listOf(node.allOf)[0]?.$ref;
  if (typeof reference !== 'string') return node;
  return at('definitions', reference.replace('#/definitions/', ''));
};

const groups = (): JsonSchema[] => listOf(at('properties', 'groups', 'additionalProperties').oneOf);

const executorOf = (group: JsonSchema): string => String(group.properties?.executor?.const);

/** Keys that every group has, whatever its executor. */
const COMMON = ['startTime', 'gather', 'room', 'roomPrefix', 'roles'];

const keysOf = (node: JsonSchema, keep: (key: string) => boolean = () => true): string => {
  const { properties = {}, required } = follow(node);
  const needed = Array.isArray(required) ? required : [];
  return table(
    ['key', 'for instance', 'what it says'],
    Object.entries(properties)
      .filter(([key]) => keep(key))
      .map(([key, value]) => [needed.includes(key) ? `**${code(key)}**` : code(key), example(value), described(value)]),
  );
};

const described = (node: JsonSchema): string => {
  const text = String(node.description ?? follow(node).description ?? '');
  const initial = node.default;
  const known = initial === undefined || (isSchema(initial) && Object.keys(initial).length === 0);
  return known ? text : `${text} Left out: ${code(String(initial))}.`.trim();
};

/** A value as a file may have it. */
const example = (node: JsonSchema): string => {
  const target = follow(node);
  if (Array.isArray(node.examples)) return codes(node.examples.slice(0, 2));
  if (Array.isArray(target.examples)) return codes(target.examples.slice(0, 1));
  if (Array.isArray(target.enum)) return codes(target.enum.slice(0, 3));
  const [first] = listOf(target.anyOf);
  if (first !== undefined) return example(first);
  if (target.type === 'boolean') return codes([true]);
  if (target.type === 'integer' || target.type === 'number') return codes([3]);
  return '';
};

const codes = (values: readonly unknown[]): string => values.map((value) => code(flow(value))).join(', ');

/** In the style of YAML that fits a line. */
const flow = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(flow).join(', ')}]`;
  if (!isSchema(value)) return String(value);
  return `{ ${Object.entries(value)
    .map(([key, inner]) => `${key}: ${flow(inner)}`)
    .join(', ')} }`;
};

/** Executors in a sentence each, with the keys that are their own. */
const executors = (): string =>
  groups()
    .map((group) => {
      const name = executorOf(group);
      const what = group.properties?.executor?.description ?? '';
      return `### ${name}\n\n${what}\n\n${keysOf(group, (key) => key !== 'executor' && !COMMON.includes(key))}`;
    })
    .join('\n\n');

const stages = (): JsonSchema => {
  const group = groups().find((one) => executorOf(one) === 'ramping-rooms');
  const items = group?.properties?.stages?.items;
  if (!isSchema(items)) throw new RangeError('ramping-rooms has no stages');
  return items;
};

const lessons = (): JsonSchema => {
  const group = groups().find((one) => executorOf(one) === 'timetable');
  const items = group?.properties?.lessons?.items;
  if (!isSchema(items)) throw new RangeError('timetable has no lessons');
  return items;
};

const objectIn = (node: JsonSchema): JsonSchema => {
  const found = listOf(follow(node).anyOf).find(({ type }) => type === 'object');
  if (found === undefined) throw new RangeError('there is no mapping to choose');
  return found;
};

const track = (): JsonSchema => {
  const list = listOf(at('definitions', 'publish').anyOf).find(({ type }) => type === 'array');
  if (!isSchema(list?.items)) throw new RangeError('publish takes no list');
  return objectIn(list.items);
};

/** The tables of docs/scenario-language.md, by the names of their sections. */
export const SCENARIO_TABLES: Readonly<Record<string, () => string>> = {
  'keys-file': () => keysOf(schema),
  'keys-group': () => keysOf(groups()[0] ?? schema, (key) => COMMON.includes(key)),
  'keys-executors': executors,
  'keys-stage': () => keysOf(stages()),
  'keys-lesson': () => keysOf(lessons()),
  'keys-role': () => keysOf(at('definitions', 'role')),
  'keys-track': () => keysOf(track()),
  'keys-link': () => keysOf(objectIn(at('definitions', 'network')).properties?.up ?? schema),
};
