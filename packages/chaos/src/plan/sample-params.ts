import type { JsonSchema } from '@livekit-swarm/settings';
import { settingsJsonSchema } from '@livekit-swarm/settings';
import type { Fault } from '../faults/fault.ts';

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
