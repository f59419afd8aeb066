import { SwarmError } from '@livekit-swarm/settings';
import { buildProgram } from './build-program.ts';
import type { PinnedProgram, ProgramBinary } from './pinned-program.ts';
import {
  type Absent,
  fromCache,
  fromExplicitPath,
  fromPackage,
  fromPath,
  isFound,
} from './sources.ts';

export interface ProvideOptions {
  env?: NodeJS.ProcessEnv;
  /**
   * Called with the progress of a build and its duration; not called if there is nothing to build.
   */
  onProgress?: (line: string) => void;
  /** Ends a build. */
  signal?: AbortSignal;
  /**
   * Accepts only a build from the pinned module: installed programs and a given path are ignored.
   */
  pinnedBuild?: boolean;
}

/**
 * Provides a pinned program, from the first of: a path that the user gave, an npm package, PATH,
 * the cache, a pinned Go build (docs/adr/0001).
 *
 * Throws a SwarmError: `no_program` if the given path is another program; `no_go`, `build_failed`
 * from the build.
 */
export const provideProgram = async (
  program: PinnedProgram,
  given: string | undefined,
  options: ProvideOptions,
): Promise<ProgramBinary> => {
  const { env = process.env, pinnedBuild = false } = options;
  const other = pinnedBuild ? null : await fromElsewhere(program, given, env);
  if (other !== null) return other;
  const cached = await fromCache(program, env);
  if (isFound(cached)) return cached;
  return buildProgram(program, { ...options, env });
};

/** Finds a program that the user gave or installed; null if there is none. */
const fromElsewhere = async (
  program: PinnedProgram,
  given: string | undefined,
  env: NodeJS.ProcessEnv,
): Promise<ProgramBinary | null> => {
  const explicit = await fromExplicitPath(program, given);
  if (isFound(explicit)) return explicit;
  // An explicit path is used or refused, never replaced by another program.
  if (given !== undefined && given !== '')
    throw new SwarmError(
      'no_program',
      explicit.why,
      `give the path of a ${program.name} binary, or none: then a pinned one is used`,
    );
  const { npmPackage } = program;
  const installed = npmPackage === undefined ? null : await fromPackage(program, npmPackage);
  if (installed !== null && isFound(installed)) return installed;
  const onPath = await fromPath(program, env);
  return isFound(onPath) ? onPath : null;
};

/** Checks every source that needs no build, for `swarm doctor`. */
export const checkSources = (
  program: PinnedProgram,
  env: NodeJS.ProcessEnv = process.env,
): Promise<(ProgramBinary | Absent)[]> =>
  Promise.all([
    fromExplicitPath(program, env[program.pathVariable]),
    ...(program.npmPackage === undefined ? [] : [fromPackage(program, program.npmPackage)]),
    fromPath(program, env),
    fromCache(program, env),
  ]);
