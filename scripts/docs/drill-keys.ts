import { drillJsonSchema } from '@livekit-swarm/chaos/drill';
import { FAULTS } from '@livekit-swarm/chaos/faults';
import type { JsonSchema } from '@livekit-swarm/settings';
import { isSchema, listOf, schemaKeys } from './schema-keys.ts';

const schema = drillJsonSchema(FAULTS);
const { at, keysOf } = schemaKeys(schema);

/** Schema of one fault; all faults have the same keys except those under `with`. */
const fault = (): JsonSchema => {
  const { items } = at('properties', 'faults');
  const [first] = isSchema(items) ? listOf(items.oneOf) : [];
  if (first === undefined) throw new RangeError('the schema has no faults');
  return first;
};

const part = (name: string) => (): string => keysOf(at('properties', name));

/** Keys of the workers of agents of a lab, in docs/chaos-agents.md. */
export const agentWorkerKeys = (): string =>
  keysOf(at('properties', 'lab', 'properties', 'agentWorkers'));

/** Tables of docs/drill-file.md, by section name. */
export const DRILL_TABLES: Readonly<Record<string, () => string>> = {
  'keys-drill': () => keysOf(schema),
  'keys-lab': part('lab'),
  'keys-load': part('load'),
  'keys-steady-state': part('steadyState'),
  'keys-fault': () => keysOf(fault(), (key) => key !== 'fault' && key !== 'with'),
  'keys-join-probes': part('joinProbes'),
  'keys-objectives': part('objectives'),
  'keys-abort': part('abort'),
  'keys-blast-radius': part('blastRadius'),
  'keys-known-failures': part('knownFailures'),
};
