import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { withFileLock } from '../file-lock.mjs';
import { LabError } from '../lab-error.ts';
import type { LiveKitVersion } from '../versions.ts';
import { findGo, GO_HINT } from './go-toolchain.ts';
import { readServerVersion } from './server-version.ts';
import { cachedServer, fromCache, isFound, type ServerBinary } from './sources.ts';

export interface BuildOptions {
  env: NodeJS.ProcessEnv;
  onProgress?: (line: string) => void;
  signal?: AbortSignal;
}

const PACKAGE = 'github.com/livekit/livekit-server/cmd/server';
const HEARTBEAT_MS = 10_000;

/**
 * Builds livekit-server from its pinned Go module into the cache. Every module is checked against the committed go.sum; nothing else
 * is fetched. The binary appears in the cache complete or not at all, and two builders never work on one at once.
 *
 * Throws a LabError: `no-go`, `build-failed`.
 */
export const buildServer = async (version: LiveKitVersion, options: BuildOptions): Promise<ServerBinary> => {
  const { env, onProgress = () => {}, signal } = options;
  const target = cachedServer(version, env);
  const lock = `${dirname(target)}.lock`;
  const onWait = (pid: number): void => onProgress(`livekit-server ${version}: process ${pid} is building it, waiting for that`);
  return withFileLock(
    lock,
    async () => {
      const meanwhile = await fromCache(version, env);
      if (isFound(meanwhile)) return meanwhile;
      await goBuild(version, target, { env, onProgress, ...(signal === undefined ? {} : { signal }) });
      return { source: 'go-build', path: target, version };
    },
    { onWait, ...(signal === undefined ? {} : { signal }) },
  );
};

const goBuild = async (
  version: LiveKitVersion,
  target: string,
  options: Required<Omit<BuildOptions, 'signal'>> & BuildOptions,
) => {
  const { env, onProgress, signal } = options;
  const go = await findGo(env);
  if (go === null) throw new LabError('no-go', 'no livekit-server here, and no Go to build it with', GO_HINT);

  const folder = dirname(target);
  await mkdir(folder, { recursive: true });
  await removeUnfinished(folder);
  const unfinished = join(folder, `.building-${process.pid}`);
  const started = performance.now();
  const seconds = (): string => `${Math.round((performance.now() - started) / 1_000)} s`;
  onProgress(`building livekit-server ${version} with Go ${go.version}: usually 1 to 3 minutes, once`);
  const seen = { modules: 0, packages: 0 };
  const heartbeat = setInterval(() => {
    const compiled = seen.packages > 0 ? `${seen.packages} packages compiled` : 'resolving modules';
    onProgress(`building livekit-server ${version}: ${seen.modules} modules fetched, ${compiled}, ${seconds()}`);
  }, HEARTBEAT_MS);
  try {
    await compile(go.path, moduleFolder(version), unfinished, seen, env, signal);
    const built = await readServerVersion(unfinished);
    if (built !== version)
      throw new LabError(
        'build-failed',
        `the built livekit-server says it is ${built ?? 'nothing known'}, not ${version}`,
        GO_HINT,
      );
    await rename(unfinished, target);
    onProgress(`livekit-server ${version} built in ${seconds()}`);
  } finally {
    clearInterval(heartbeat);
    await rm(unfinished, { force: true });
  }
};

const compile = async (
  go: string,
  cwd: string,
  output: string,
  seen: { modules: number; packages: number },
  env: NodeJS.ProcessEnv,
  signal: AbortSignal | undefined,
): Promise<void> => {
  const args = ['build', '-v', '-mod=readonly', '-trimpath', '-buildvcs=false', '-ldflags=-s -w', '-o', output, PACKAGE];
  const run = execa(go, args, {
    cwd,
    // Flags and workspaces of the user's own projects have no say here. Static: it runs in an empty container, too.
    env: { ...env, GOFLAGS: '', GOWORK: 'off', CGO_ENABLED: '0' },
    extendEnv: false,
    stdin: 'ignore',
    stdout: 'ignore',
    reject: false,
    ...(signal === undefined ? {} : { cancelSignal: signal }),
  });
  const complaints: string[] = [];
  for await (const line of run.iterable({ from: 'stderr' })) {
    if (line.startsWith('go: downloading ')) seen.modules++;
    // -v names each package as it is compiled: nothing but its path on a line.
    else if (/^[\w.-]+(\/[\w.~-]+)*$/.test(line)) seen.packages++;
    else complaints.push(line);
  }
  const result = await run;
  signal?.throwIfAborted();
  if (!result.failed) return;
  const said = complaints.slice(-5).join(' / ').slice(-800);
  throw new LabError('build-failed', `Go could not build livekit-server: ${said || result.shortMessage}`, hintFor(said));
};

const hintFor = (said: string): string => {
  if (/requires go >= /.test(said)) return GO_HINT;
  if (/checksum mismatch|SECURITY ERROR/.test(said)) return 'a module is not what go.sum pins: do not use it; check GOPROXY';
  return 'the Go modules come from GOPROXY ("go env GOPROXY" shows it): is it reachable? What is fetched is kept: the next attempt goes on from there';
};

/** What a killed builder left. The lock is ours, so nobody is at work on it. */
const removeUnfinished = async (folder: string): Promise<void> => {
  for (const name of await readdir(folder))
    if (name.startsWith('.building-')) await rm(join(folder, basename(name)), { force: true });
};

const moduleFolder = (version: LiveKitVersion): string =>
  fileURLToPath(new URL(`../../livekit-server/v${version}/`, import.meta.url));
