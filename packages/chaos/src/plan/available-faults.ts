import type { JsonSchema } from '@livekit-swarm/settings';
import { settingsJsonSchema } from '@livekit-swarm/settings';
import type { Faults } from '../drill/schema/fault.ts';
import type { Fault } from '../faults/fault.ts';
import type { Component, Platform } from '../targets/target.ts';

/** A fault, and whether it could be injected. */
export interface FaultAvailability {
  fault: string;
  /** Parts it could be done to. */
  available: string[];
  /** Parts it could not be done to, and why. */
  unavailable: { member: string; why: string }[];
}

/** Asks every fault about every part that it is for; changes nothing. A deployment that has no such part has neither. */
export const availableFaults = async (
  target: Platform,
  members: readonly Component[],
  faults: Faults,
): Promise<FaultAvailability[]> => {
  const found: FaultAvailability[] = [];
  for (const fault of faults.values()) {
    const params = sampleParams(fault);
    const answers: { member: Component; why: string | null }[] = [];
    for (const member of members.filter(({ kind }) => fault.targets.includes(kind))) {
      answers.push({ member, why: await fault.unavailable(target, member, params) });
    }
    found.push({
      fault: fault.name,
      available: answers.flatMap(({ member, why }) => (why === null ? [member.name] : [])),
      unavailable: answers.flatMap(({ member, why }) =>
        why === null ? [] : [{ member: member.name, why }],
      ),
    });
  }
  return found;
};

/**
 * Parameters that a drill might give to a fault, to ask whether it would be possible: nothing but what must be said, each with an example of its own.
 * @throws RangeError where an example is missing: every parameter without a default has one
 */
export const sampleParams = ({ name, params }: Pick<Fault, 'name' | 'params'>): unknown => {
  const schema = settingsJsonSchema(params, name);
  const required = Array.isArray(schema.required) ? schema.required.map(String) : [];
  const choices = required.map((key) => [key, samplesOf(schema.properties?.[key] ?? {})] as const);
  const most = Math.max(1, ...choices.map(([, samples]) => samples.length));
  let cause: unknown;
  // Examples are of a kind of value in general: one may be too long a time, and the next just right.
  for (let turn = 0; turn < most; turn++) {
    const read = params.safeParse(
      Object.fromEntries(choices.map(([key, samples]) => [key, samples[turn % samples.length]])),
    );
    if (read.success) return read.data;
    cause = read.error;
  }
  throw new RangeError(
    `${name}: no drill could be made of the examples of ${required.join(', ')}`,
    { cause },
  );
};

const samplesOf = (schema: JsonSchema): unknown[] => {
  const examples = [schema.examples, schema.enum].find(
    (list) => Array.isArray(list) && list.length > 0,
  );
  if (Array.isArray(examples)) return examples;
  return [schema.const ?? (schema.type === 'boolean' ? true : (schema.minimum ?? 1))];
};
