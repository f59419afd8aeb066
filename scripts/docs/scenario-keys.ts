import { scenarioJsonSchema } from '@livekit-swarm/scenario';
import type { JsonSchema } from '@livekit-swarm/settings';
import { isSchema, listOf, schemaKeys } from './schema-keys.ts';

const schema = scenarioJsonSchema();
const { at, keysOf, objectIn } = schemaKeys(schema);

const groups = (): JsonSchema[] => listOf(at('properties', 'groups', 'additionalProperties').oneOf);

const keysIn = (group: JsonSchema): string[] => Object.keys(group.properties ?? {});

/** Keys that groups of all executors have, without the executor itself. */
const common = (): string[] =>
  groups()
    .map(keysIn)
    .reduce((shared, keys) => shared.filter((key) => keys.includes(key)))
    .filter((key) => key !== 'executor');

/** List of executors, with a sentence, their own keys, and the keys of entries of their lists. */
const executors = (): string => {
  const shared = ['executor', ...common()];
  return groups()
    .map((group) => {
      const executor: JsonSchema = group.properties?.executor ?? {};
      const own = keysIn(group).filter((key) => !shared.includes(key));
      const lists = own.flatMap((key) => {
        const items = group.properties?.[key]?.items;
        return isSchema(items) && items.properties !== undefined
          ? [`Each of \`${key}\`:\n\n${keysOf(items)}`]
          : [];
      });
      const keys = keysOf(group, (key) => own.includes(key));
      return [`## ${executor.const}`, executor.description ?? '', keys, ...lists].join('\n\n');
    })
    .join('\n\n');
};

const track = (): JsonSchema => {
  const list = listOf(at('definitions', 'publish').anyOf).find(({ type }) => type === 'array');
  if (!isSchema(list?.items)) throw new RangeError('publish takes no list');
  return objectIn(list.items);
};

/** Tables of the scenario language, by page and section name. */
export const SCENARIO_TABLES: Readonly<Record<string, Readonly<Record<string, () => string>>>> = {
  'docs/scenario-language.md': {
    'keys-file': () => keysOf(schema),
    'keys-group': () => keysOf(groups()[0] ?? schema, (key) => common().includes(key)),
  },
  'docs/scenario-executors.md': { 'keys-executors': executors },
  'docs/scenario-roles.md': {
    'keys-role': () => keysOf(at('definitions', 'role')),
    'keys-track': () => keysOf(track()),
    'keys-link': () => keysOf(objectIn(at('definitions', 'network')).properties?.up ?? schema),
  },
  'docs/scenario-behaviour.md': {
    'keys-turns': () => keysOf(at('definitions', 'turns')),
    'keys-conversation': () => keysOf(at('definitions', 'conversation')),
    'keys-transfer': () => keysOf(at('definitions', 'transfer')),
    'keys-answers': () => keysOf(at('definitions', 'answers')),
    'keys-action': () => keysOf(at('definitions', 'action')),
  },
};
