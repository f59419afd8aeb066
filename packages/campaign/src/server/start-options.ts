import type { StartOptions } from '@livekit-swarm/lab';
import type { ServerSpec } from './server-spec.ts';

/** Start options of a server under test. */
export const startOptions = ({
  version,
  serverPath,
  config,
  cpuCores,
  memoryBytes,
}: ServerSpec): Pick<StartOptions, 'version' | 'serverPath' | 'config' | 'limits' | 'env'> => ({
  version,
  ...(serverPath !== null && { serverPath }),
  ...(config !== null && { config }),
  ...((cpuCores !== null || memoryBytes !== null) && {
    limits: {
      ...(cpuCores !== null && { cpuCores }),
      ...(memoryBytes !== null && { memoryBytes }),
    },
  }),
  // The requested version is used in any case: one binary for both sides of a comparison would be compared with itself.
  env: { ...process.env, SWARM_LIVEKIT_SERVER: '' },
});
