import type { Target } from '../target.ts';
import type { ServerSpec } from './server-spec.ts';

/** A server as it was specified, as something to run a scenario on. */
export const embeddedTarget = ({
  version,
  serverPath,
  config,
  cpuCores,
}: ServerSpec): Extract<Target, { type: 'embedded' }> => ({
  type: 'embedded',
  version,
  server: {
    ...(serverPath === null ? {} : { serverPath }),
    ...(config === null ? {} : { config }),
    ...(cpuCores === null ? {} : { cpuCores }),
    // Who asks for a version gets it: one binary for both sides would be compared with itself.
    env: { ...process.env, SWARM_LIVEKIT_SERVER: '' },
  },
});
