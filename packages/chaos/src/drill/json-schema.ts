import { thresholdsByMetric } from '@livekit-swarm/scenario';
import type { JsonSchema } from '@livekit-swarm/settings';
import { settingsJsonSchema } from '@livekit-swarm/settings';
import type { Faults } from './schema/fault.ts';
import { drillFile } from './schema/file.ts';

/** The JSON Schema (draft 7) of drill files, for editors; `swarm chaos validate` checks more. */
export const drillJsonSchema = (faults: Faults): JsonSchema => {
  const { properties = {}, ...rest } = settingsJsonSchema(
    drillFile(faults),
    'A drill of livekit-swarm',
  );
  const entries = Object.entries(properties).map(([key, value]): [string, JsonSchema] => [
    key,
    key === 'thresholds' ? thresholdsByMetric(value) : value,
  ]);
  return { ...rest, properties: Object.fromEntries(entries) };
};
