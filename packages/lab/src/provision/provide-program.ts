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
  /** Called with the progress of a build and its duration; not called when there is nothing to build. */
  onProgress?: (line: string) => void;
  /** Ends a build. */
  signal?: AbortSignal;
  /** Only what was built here from the pinned module: what is installed, or given, is not looked at. */
  pinnedBuild?: boolean;
}

/**
 * A pinned program, from the first of: a path that the user gave, an npm package, PATH, the cache, a pinned Go build (docs/adr/0001).
 *
 * Throws a SwarmError: `no_program` when the given path is not such a program; `no_go`, `build_failed` from the build.
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

/** What was given or installed. */
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

/** Every source that needs no build, found or not: for `swarm doctor`. */
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
