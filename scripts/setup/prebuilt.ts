/**
 * Puts what npm has compiled for this host in the place of what cannot be built here; for the setup, where Rust or Go is missing. Ends with 1, and the
 * reason, when there is nothing that fits.
 *
 *     node prebuilt.ts engine SOURCES [FOLDER]   the media engine, if it was compiled of sources with this hash
 *     node prebuilt.ts server                    the pinned livekit-server, into the cache
 */
import { execFile } from 'node:child_process';
import { chmod, copyFile, mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import {
  cachedProgram,
  checkSources,
  DEFAULT_LIVEKIT_VERSION,
  isFound,
  liveKitServer,
  serverPackage,
} from '@livekit-swarm/lab';
import { nativePackage } from '@livekit-swarm/webrtc';
import { log } from '../../packages/cli/launch/log.mjs';
import { root } from './paths.mjs';

const run = promisify(execFile);
const REGISTRY_TIMEOUT_MS = 120_000;

interface Description {
  version: string;
  /** Of the media engine: hash of what it was compiled of. */
  crateSources?: string;
}

const describe = async (folder: string): Promise<Description> =>
  JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Description;

/** The files of a published package, in a folder of its own below `dir`. */
const fetchPackage = async (name: string, dir: string): Promise<string> => {
  const { version } = await describe(join(root, 'packages', 'cli'));
  log(`${name}@${version}: looking for it in the npm registry`);
  const flags = ['--pack-destination', dir, '--fetch-retries=0', '--loglevel=error'];
  await run('npm', ['pack', `${name}@${version}`, ...flags], { timeout: REGISTRY_TIMEOUT_MS });
  const [tarball = ''] = (await readdir(dir)).filter((file) => file.endsWith('.tgz'));
  await run('tar', ['-xzf', join(dir, tarball), '-C', dir]);
  return join(dir, 'package');
};

/** Whole, or not at all. */
const put = async (from: string, to: string): Promise<void> => {
  await mkdir(dirname(to), { recursive: true });
  const unfinished = join(dirname(to), `.unfinished-${process.pid}.node`);
  await copyFile(from, unfinished);
  await chmod(unfinished, 0o755);
  await rename(unfinished, to);
};

const provideEngine = async (dir: string, sources: string, folder: string): Promise<void> => {
  const name = nativePackage();
  const found = await fetchPackage(name, dir);
  const { version, crateSources } = await describe(found);
  if (crateSources !== sources)
    throw new Error(`${name}@${version} was compiled of other sources than those of this checkout`);
  for (const file of await readdir(found))
    if (file.startsWith('swarm-')) await put(join(found, file), join(folder, file));
  log(`${name}@${version}: used in the place of a build`);
};

const provideServer = async (dir: string): Promise<void> => {
  const server = liveKitServer(DEFAULT_LIVEKIT_VERSION);
  if ((await checkSources(server)).some(isFound)) return;
  const name = serverPackage();
  const found = await fetchPackage(name, dir);
  await put(join(found, server.name), cachedProgram(server, process.env));
  log(`${name}: used in the place of a build`);
};

/** The line of npm that has it, not the one that names its log. */
const reasonOf = (error: unknown): string => {
  const lines = (error instanceof Error ? error.message : String(error)).trim().split('\n');
  const [, found] = lines
    .map((line) => /^npm error (?!code|A complete log)(.+)/.exec(line))
    .find((match) => match !== null) ?? [undefined, lines[0]];
  return found ?? 'unknown';
};

const [what, sources = '', folder = join(root, 'packages', 'webrtc')] = process.argv.slice(2);
const dir = await mkdtemp(join(tmpdir(), 'swarm-prebuilt-'));
try {
  if (what === 'engine') await provideEngine(dir, sources, folder);
  else await provideServer(dir);
} catch (error) {
  log(`no prebuilt package: ${reasonOf(error)}`);
  process.exitCode = 1;
} finally {
  await rm(dir, { recursive: true, force: true });
}
