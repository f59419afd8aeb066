import { fileURLToPath } from 'node:url';
import type { LiveKitVersion } from '../versions.ts';
import type { PinnedProgram } from './pinned-program.ts';

export const liveKitServer = (version: LiveKitVersion): PinnedProgram => ({
  name: 'livekit-server',
  version,
  goPackage: 'github.com/livekit/livekit-server/cmd/server',
  moduleFolder: fileURLToPath(new URL(`../../livekit-server/v${version}/`, import.meta.url)),
  versionArgs: ['--version'],
  versionPattern: /livekit-server version (\d+\.\d+\.\d+\S*)/,
  pathVariable: 'SWARM_LIVEKIT_SERVER',
  usualBuild: '1 to 3 minutes',
});
