import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { promisify } from 'node:util';
import {
  checkSources,
  findGo,
  goHint,
  isFound,
  type PinnedProgram,
  provideProgram,
} from '@livekit-swarm/lab';
import { SwarmError } from '@livekit-swarm/settings';

/** 3.7 needs a module of a DNS provider that the Go module proxy does not have. */
const VERSION = '3.6.12';
/** Hash of the module's content, as go.sum would have it. */
const HASH = 'h1:6pe4s7aaDTQs+AsF7KP3sM/xnq7zOVvibRQe5tw9eFo=';
const MODULE = `github.com/traefik/traefik/v3@v${VERSION}`;

const traefik = (moduleFolder: string): PinnedProgram => ({
  name: 'traefik',
  version: VERSION,
  goPackage: './cmd/traefik',
  moduleFolder,
  versionArgs: ['version'],
  versionPattern: /^Version:\s+(\d+\.\d+\.\d+\S*)$/m,
  pathVariable: 'SWARM_TRAEFIK',
  usualBuild: '3 to 6 minutes',
  linkedValues: { 'github.com/traefik/traefik/v3/pkg/version.Version': VERSION },
});

/**
 * Finds a Traefik that SWARM_TRAEFIK names, that is installed, or that was built before.
 * @returns its path; null: there is none
 */
export const findTraefik = async (): Promise<string | null> =>
  (await checkSources(traefik(''))).find(isFound)?.path ?? null;

/**
 * Builds Traefik into the cache, in its own module: its go.mod replaces modules, which counts only
 * there, and its go.sum has their hashes.
 * @returns the path of Traefik
 * @throws Error when the module has another content than the pinned one; SwarmError `no_go`, and
 * the errors of `provideProgram`
 */
export const buildTraefik = async (
  onProgress: (line: string) => void,
  signal?: AbortSignal,
): Promise<string> => {
  const go = await findGo();
  if (go === null)
    throw new SwarmError('no_go', 'Go is missing to build Traefik', goHint(traefik('')));
  const { stdout } = await promisify(execFile)(go.path, ['mod', 'download', '-json', MODULE], {
    // Outside of all modules.
    cwd: tmpdir(),
    env: { ...process.env, GOFLAGS: '', GOWORK: 'off' },
  });
  const { Dir, Sum } = JSON.parse(stdout) as { Dir: string; Sum: string };
  if (Sum !== HASH)
    throw new Error(`${MODULE} is not what is pinned (${Sum}, not ${HASH}): check GOPROXY`);
  const options = { onProgress, ...(signal !== undefined && { signal }) };
  return (await provideProgram(traefik(Dir), undefined, options)).path;
};
