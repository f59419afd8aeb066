import type { JsonSchema } from '@livekit-swarm/core';
import { settingsJsonSchema } from '@livekit-swarm/core/settings';
import type { Fault } from '../faults/fault.ts';

/**
 * Parameters that a drill might give to a fault, to ask whether it would be possible: nothing but what must be said, each with an example of its own.
 * @throws RangeError where an example is missing: every parameter without a default has one
 */
export const sampleParams = ({ name, params }: Pick<Fault, 'name' | 'params'>): unknown => {
  const schema = settingsJsonSchema(params, name);
  const required = Array.isArray(schema.required) ? schema.required.map(String) : [];
  const sample = Object.fromEntries(required.map((key) => [key, sampleOf(schema.properties?.[key] ?? {})]));
  const read = params.safeParse(sample);
  if (read.success) return read.data;
  throw new RangeError(`${name}: no drill could be made of its examples ${JSON.stringify(sample)}`, { cause: read.error });
};

const sampleOf = (schema: JsonSchema): unknown => {
  const [example] = Array.isArray(schema.examples) ? schema.examples : Array.isArray(schema.enum) ? schema.enum : [];
  return example ?? schema.const ?? (schema.type === 'boolean' ? true : (schema.minimum ?? 1));
};
