import { scenarioJsonSchema } from '@livekit-swarm/scenario';
import type { JsonSchema } from '@livekit-swarm/settings';
import { isSchema, listOf, schemaKeys } from './schema-keys.ts';

const schema = scenarioJsonSchema();
const { at, keysOf, objectIn } = schemaKeys(schema);

const groups = (): JsonSchema[] => listOf(at('properties', 'groups', 'additionalProperties').oneOf);

const executorOf = (group: JsonSchema): string => String(group.properties?.executor?.const);

/** Keys that groups of all executors have. */
const COMMON = ['startTime', 'gather', 'room', 'roomPrefix', 'roles'];

/** List of executors, with a sentence and their own keys. */
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

const track = (): JsonSchema => {
  const list = listOf(at('definitions', 'publish').anyOf).find(({ type }) => type === 'array');
  if (!isSchema(list?.items)) throw new RangeError('publish takes no list');
  return objectIn(list.items);
};

/** Tables of docs/scenario-language.md, by section name. */
export const SCENARIO_TABLES: Readonly<Record<string, () => string>> = {
  'keys-file': () => keysOf(schema),
  'keys-group': () => keysOf(groups()[0] ?? schema, (key) => COMMON.includes(key)),
  'keys-executors': executors,
  'keys-stage': () => keysOf(stages()),
  'keys-lesson': () => keysOf(lessons()),
  'keys-role': () => keysOf(at('definitions', 'role')),
  'keys-track': () => keysOf(track()),
  'keys-turns': () => keysOf(at('definitions', 'turns')),
  'keys-action': () => keysOf(at('definitions', 'action')),
  'keys-link': () => keysOf(objectIn(at('definitions', 'network')).properties?.up ?? schema),
};
