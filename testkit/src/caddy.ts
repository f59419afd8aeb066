import { fileURLToPath } from 'node:url';
import { type PinnedProgram, type ProvideOptions, provideProgram } from '@livekit-swarm/lab';

const VERSION = '2.11.9';

/** Caddy, in front of a livekit-server. testkit/caddy/go.mod pins the version. */
const CADDY: PinnedProgram = {
  name: 'caddy',
  version: VERSION,
  goPackage: 'github.com/caddyserver/caddy/v2/cmd/caddy',
  moduleFolder: fileURLToPath(new URL('../caddy/', import.meta.url)),
  versionArgs: ['version'],
  versionPattern: /^v(\d+\.\d+\.\d+\S*)/,
  pathVariable: 'SWARM_CADDY',
  usualBuild: '1 to 3 minutes',
  // Caddy reads its version from its own module, which a build from another module lacks.
  linkedValues: { 'github.com/caddyserver/caddy/v2.CustomVersion': `v${VERSION}` },
};

/** @returns the path of Caddy @throws SwarmError the error of `provideProgram` */
export const provideCaddy = async (options: ProvideOptions = {}): Promise<string> =>
  (await provideProgram(CADDY, (options.env ?? process.env).SWARM_CADDY, options)).path;
