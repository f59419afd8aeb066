import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { explainCacheError, withFileLock } from '@livekit-swarm/host';
import { SwarmError } from '@livekit-swarm/settings';
import { expectLibraries } from './c-libraries.ts';
import { findGo, goHint } from './go-toolchain.ts';
import type { PinnedProgram, ProgramBinary } from './pinned-program.ts';
import { readVersion } from './program-version.ts';
import { cachedProgram, fromCache, isFound } from './sources.ts';

export interface BuildOptions {
  env: NodeJS.ProcessEnv;
  onProgress?: (line: string) => void;
  signal?: AbortSignal;
}

const HEARTBEAT_MS = 10_000;

/**
 * Builds a program from its pinned Go module into the cache. Every module is checked against the
 * committed go.sum; nothing else is fetched. The binary appears in the cache complete or not at
 * all, and two builders never build the same program at once.
 *
 * Throws a SwarmError: `no_go`, `no_libraries`, `build_failed`, `not_kept` if the cache cannot be written.
 */
export const buildProgram = async (
  program: PinnedProgram,
  options: BuildOptions,
): Promise<ProgramBinary> => {
  const { env, onProgress = () => {}, signal } = options;
  const target = cachedProgram(program, env);
  const lock = `${dirname(target)}.lock`;
  const onWait = (pid: number): void =>
    onProgress(`${titleOf(program)}: process ${pid} is building it, waiting for that`);
  const building: Promise<ProgramBinary> = withFileLock(
    lock,
    async (lost) => {
      const meanwhile = await fromCache(program, env);
      if (isFound(meanwhile)) return meanwhile;
      await goBuild(program, target, {
        env,
        onProgress,
        signal: signal === undefined ? lost : AbortSignal.any([signal, lost]),
      });
      return { source: 'go-build', path: target, version: program.version };
    },
    { onWait, ...(signal === undefined ? {} : { signal }) },
  );
  return building.catch((error: unknown) => {
    throw explainCacheError(error);
  });
};

const titleOf = ({ name, version }: PinnedProgram): string => `${name} ${version}`;

const goBuild = async (
  program: PinnedProgram,
  target: string,
  options: Required<Omit<BuildOptions, 'signal'>> & BuildOptions,
) => {
  const { env, onProgress, signal } = options;
  const go = await findGo(env);
  if (go === null)
    throw new SwarmError(
      'no_go',
      `${program.name} is not installed, and Go is missing to build it`,
      goHint(program),
    );

  await expectLibraries(program, env);
  const folder = dirname(target);
  await mkdir(folder, { recursive: true });
  await removeUnfinished(folder);
  const unfinished = join(folder, `.building-${process.pid}`);
  const started = performance.now();
  const seconds = (): string => `${Math.round((performance.now() - started) / 1_000)} s`;
  onProgress(
    `building ${titleOf(program)} with Go ${go.version}: usually ${program.usualBuild}, once`,
  );
  const seen = { modules: 0, packages: 0 };
  const heartbeat = setInterval(() => {
    const compiled = seen.packages > 0 ? `${seen.packages} packages compiled` : 'resolving modules';
    onProgress(
      `building ${titleOf(program)}: ${seen.modules} modules fetched, ${compiled}, ${seconds()}`,
    );
  }, HEARTBEAT_MS);
  try {
    await compile(program, go.path, unfinished, seen, env, signal);
    const built = await readVersion(program, unfinished);
    if (built !== program.version)
      throw new SwarmError(
        'build_failed',
        `the built ${program.name} reports version ${built ?? 'unknown'}, not ${program.version}`,
        goHint(program),
      );
    await rename(unfinished, target);
    onProgress(`${titleOf(program)} built in ${seconds()}`);
  } finally {
    clearInterval(heartbeat);
    await rm(unfinished, { force: true });
  }
};

const compile = async (
  program: PinnedProgram,
  go: string,
  output: string,
  seen: { modules: number; packages: number },
  env: NodeJS.ProcessEnv,
  signal: AbortSignal | undefined,
): Promise<void> => {
  const { args, variables } = goBuildCommand(program, output);
  const { execa } = await import('execa');
  const run = execa(go, args, {
    cwd: program.moduleFolder,
    env: { ...env, ...variables },
    extendEnv: false,
    stdin: 'ignore',
    stdout: 'ignore',
    reject: false,
    ...(signal === undefined ? {} : { cancelSignal: signal }),
  });
  const complaints: string[] = [];
  for await (const line of run.iterable({ from: 'stderr' })) {
    if (line.startsWith('go: downloading ')) seen.modules++;
    // With -v, Go prints the path of each package that it compiles on a separate line.
    else if (/^[\w.-]+(\/[\w.~-]+)*$/.test(line)) seen.packages++;
    else complaints.push(line);
  }
  const result = await run;
  signal?.throwIfAborted();
  if (!result.failed) return;
  const said = complaints.slice(-5).join(' / ').slice(-800);
  throw new SwarmError(
    'build_failed',
    `Go could not build ${program.name}: ${said || result.shortMessage}`,
    hintFor(program, said),
  );
};

/** Go command that builds a program from its pinned module, in the folder of that module. */
export const goBuildCommand = (
  program: PinnedProgram,
  output: string,
): { args: string[]; variables: Record<string, string> } => ({
  args: [
    'build',
    '-v',
    '-mod=readonly',
    '-trimpath',
    '-buildvcs=false',
    `-ldflags=${linkerFlags(program)}`,
    // The linker removes debug information (-w), so the compiler need not make it.
    '-gcflags=all=-dwarf=false',
    '-o',
    output,
    program.goPackage,
  ],
  variables: {
    // Settings of the user's own projects (flags, workspaces) do not apply, and no go.mod may
    // download another compiler.
    GOFLAGS: '',
    GOWORK: 'off',
    GOTOOLCHAIN: 'local',
    // Without libraries the binary is static, so that it runs in an empty container.
    CGO_ENABLED: program.libraries === undefined ? '0' : '1',
    // Compilers live for less than a second or two: collecting garbage costs more CPU than it
    // saves memory. It begins at the limit.
    GOGC: 'off',
    GOMEMLIMIT: '1GiB',
  },
});

const linkerFlags = ({ linkedValues = {} }: PinnedProgram): string =>
  [
    '-s -w',
    ...Object.entries(linkedValues).map(([variable, value]) => `-X ${variable}=${value}`),
  ].join(' ');

const hintFor = (program: PinnedProgram, said: string): string => {
  if (/requires go >= /.test(said)) return goHint(program);
  if (/checksum mismatch|SECURITY ERROR/.test(said))
    return 'a module is not what go.sum pins: do not use it; check GOPROXY';
  return 'the Go modules come from GOPROXY ("go env GOPROXY" shows it): is it reachable? Fetched modules are kept: the next attempt continues from there';
};

/**
 * Removes files of a killed builder. This process holds the lock, so no other builder is running.
 */
const removeUnfinished = async (folder: string): Promise<void> => {
  for (const name of await readdir(folder))
    if (name.startsWith('.building-')) await rm(join(folder, basename(name)), { force: true });
};
