import { join, resolve } from 'node:path';
import { cacheDir } from '../cache-dir.ts';
import type { LiveKitVersion } from '../versions.ts';
import { findProgram, isExecutable } from './find-program.ts';
import { readServerVersion } from './server-version.ts';

export type SourceName = 'explicit' | 'path' | 'cache' | 'go-build';

/** A livekit-server on this machine's disk. */
export interface ServerBinary {
  path: string;
  /** As the binary itself says. */
  version: string;
  source: SourceName;
}

/** What was looked for and why it was not taken: a sentence for the user. */
export interface Absent {
  source: SourceName;
  why: string;
}

export const isFound = (found: ServerBinary | Absent): found is ServerBinary => 'path' in found;

/** Said by the user, so any version will do. */
export const fromExplicitPath = async (given: string | undefined): Promise<ServerBinary | Absent> => {
  if (given === undefined || given === '') return { source: 'explicit', why: 'SWARM_LIVEKIT_SERVER is not set' };
  const path = resolve(given);
  const version = await readServerVersion(path);
  if (version === null) return { source: 'explicit', why: `${path} is not a livekit-server that runs here` };
  return { source: 'explicit', path, version };
};

/** Only of the wanted version: a run must not depend on what happens to be installed. */
export const fromPath = async (wanted: LiveKitVersion, env: NodeJS.ProcessEnv): Promise<ServerBinary | Absent> => {
  const path = await findProgram('livekit-server', env);
  if (path === null) return { source: 'path', why: 'no livekit-server on PATH' };
  const version = await readServerVersion(path);
  if (version !== wanted) return { source: 'path', why: `${path} is ${version ?? 'of an unknown version'}, not ${wanted}` };
  return { source: 'path', path, version };
};

export const fromCache = async (wanted: LiveKitVersion, env: NodeJS.ProcessEnv): Promise<ServerBinary | Absent> => {
  const path = cachedServer(wanted, env);
  if (!(await isExecutable(path))) return { source: 'cache', why: `not in ${cacheDir(env)} yet` };
  const version = await readServerVersion(path);
  if (version !== wanted) return { source: 'cache', why: `${path} does not run as ${wanted}: it will be built again` };
  return { source: 'cache', path, version };
};

export const cachedServer = (version: LiveKitVersion, env: NodeJS.ProcessEnv): string =>
  join(cacheDir(env), 'livekit-server', `${version}-${process.platform}-${process.arch}`, 'livekit-server');
