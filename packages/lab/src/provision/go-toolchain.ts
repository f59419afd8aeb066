import { homedir } from 'node:os';
import { join } from 'node:path';
import { installCommands } from '@livekit-swarm/host';
import { findProgram } from './find-program.ts';
import type { PinnedProgram } from './pinned-program.ts';

/** Installed Go. */
export interface GoToolchain {
  path: string;
  /** Version of Go: `1.26.8`. */
  version: string;
}

/** Folders of Go's installers that may be missing from PATH. */
const USUAL_FOLDERS = [
  '/usr/local/go/bin',
  '/usr/lib/go/bin',
  '/opt/homebrew/bin',
  join(homedir(), 'go', 'bin'),
];

/** Next step for a user without a Go that can build the program. */
export const goHint = ({
  name,
  pathVariable,
}: Pick<PinnedProgram, 'name' | 'pathVariable'>): string =>
  `install Go 1.26 or newer (${installCommands(['go']).join('; ')}), or put a ${name} binary somewhere and set ${pathVariable} to its path`;

export const findGo = async (env: NodeJS.ProcessEnv = process.env): Promise<GoToolchain | null> => {
  const path = await findProgram('go', env, USUAL_FOLDERS);
  if (path === null) return null;
  // GOTOOLCHAIN=local reports the installed version, not one that a go.mod nearby would have it
  // download.
  const { execa } = await import('execa');
  const { stdout } = await execa(path, ['version'], {
    env: { ...env, GOTOOLCHAIN: 'local' },
    extendEnv: false,
    timeout: 20_000,
    reject: false,
  });
  const version = /go version go(\d+\.\d+(?:\.\d+)?)/.exec(stdout ?? '')?.[1];
  return version === undefined ? null : { path, version };
};
