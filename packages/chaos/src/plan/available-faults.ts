import type { JsonSchema } from '@livekit-swarm/settings';
import { jsonSchemaOf } from '@livekit-swarm/settings';
import type { Faults } from '../drill/schema/fault.ts';
import type { Fault } from '../faults/fault.ts';
import type { Component, Platform } from '../targets/platform.ts';

/** Components into which a fault can be injected, and reasons for the others. */
export interface FaultAvailability {
  fault: string;
  /** Names of components into which it can be injected. */
  available: string[];
  /** Other components of its kinds, each with the reason. */
  unavailable: { component: string; why: string }[];
}

/** Asks every fault about every component of its kinds; changes nothing. */
export const availableFaults = async (
  platform: Platform,
  components: readonly Component[],
  faults: Faults,
): Promise<FaultAvailability[]> => {
  const found: FaultAvailability[] = [];
  for (const fault of faults.values()) {
    const params = sampleParams(fault);
    const result: FaultAvailability = { fault: fault.name, available: [], unavailable: [] };
    for (const component of components.filter(({ kind }) => fault.targets.includes(kind))) {
      const why = await fault.unavailable(platform, component, params);
      if (why === null) result.available.push(component.name);
      else result.unavailable.push({ component: component.name, why });
    }
    found.push(result);
  }
  return found;
};

/**
 * Parameters with which a fault is asked whether it is available: the required ones, from their
 * examples.
 * @throws RangeError when the examples are not valid together
 */
export const sampleParams = ({ name, params }: Pick<Fault, 'name' | 'params'>): unknown => {
  const schema = jsonSchemaOf(params, { definitions: false });
  const required = Array.isArray(schema.required) ? schema.required.map(String) : [];
  const choices = required.map((key) => [key, samplesOf(schema.properties?.[key] ?? {})] as const);
  const most = Math.max(1, ...choices.map(([, samples]) => samples.length));
  let cause: unknown;
  // An example belongs to a kind of value: it may be out of range where the next one is valid.
  for (let turn = 0; turn < most; turn++) {
    const read = params.safeParse(
      Object.fromEntries(choices.map(([key, samples]) => [key, samples[turn % samples.length]])),
    );
    if (read.success) return read.data;
    cause = read.error;
  }
  throw new RangeError(`${name}: the examples of ${required.join(', ')} are not valid`, { cause });
};

const samplesOf = (schema: JsonSchema): unknown[] => {
  const examples = [schema.examples, schema.enum].find(
    (list) => Array.isArray(list) && list.length > 0,
  );
  if (Array.isArray(examples)) return examples;
  return [schema.const ?? (schema.type === 'boolean' ? true : (schema.minimum ?? 1))];
};
