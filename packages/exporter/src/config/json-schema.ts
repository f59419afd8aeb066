import type { JsonSchema } from '@livekit-swarm/settings';
import { settingsJsonSchema } from '@livekit-swarm/settings';
import { configFile } from './config-file.ts';

/** The JSON Schema (draft 7) of the exporter's configuration, for editors; what only `swarm exporter` can know is left to it. */
export const exporterJsonSchema = (): JsonSchema =>
  settingsJsonSchema(configFile(), 'The configuration of swarm exporter');
