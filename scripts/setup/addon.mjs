import { createHash } from 'node:crypto';
import {
  access,
  copyFile,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { findTool } from './find-tool.mjs';
import { addon, contract, crate, impairment, setupCache } from './paths.mjs';
import { runStep } from './run-step.mjs';

/** @import { Profile } from './profile.mjs' */

/** Note about the built engine: its profile, and the hash of its sources. */
const stamp = join(setupCache, 'addon-build.json');
const LIBRARIES = { linux: 'libswarm_native.so', darwin: 'libswarm_native.dylib' };

/** Crate that is compiled last. */
const CRATE = 'swarm-native';
/**
 * Time after which Cargo optimises the whole program of a release, ms: compiling the last crate
 * without that takes less.
 */
const QUIET_MS = 12_000;

/**
 * Returns true when the addon, and the program of the same crate, exist and are built from the
 * present sources, in a profile that will do.
 * @param {Profile | null} required null: any profile will do.
 */
export const addonIsCurrent = async (required) => {
  const [built, now] = await Promise.all([readStamp(), hashSources()]);
  if (built === null || built.sources !== now) return false;
  if (required !== null && built.profile !== required) return false;
  return Promise.all(
    [addon, ...(impairment === null ? [] : [impairment])].map((file) => access(file)),
  ).then(
    () => true,
    () => false,
  );
};

/**
 * @returns {Promise<{ sources: string, profile: Profile } | null>} null: nothing was built, or
 * another process is writing the note, or was killed meanwhile.
 */
const readStamp = async () => {
  try {
    return JSON.parse(await readFile(stamp, 'utf8'));
  } catch {
    return null;
  }
};

/** Profile of the built engine; null: there is none. */
export const builtProfile = async () => (await readStamp())?.profile ?? null;

/** Files that the addon is built from. */
export const addonFiles = async () => {
  const sources = await readdir(join(crate, 'src'), { recursive: true, withFileTypes: true });
  const files = sources
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const others = ['Cargo.toml', 'Cargo.lock', 'build.rs'].map((name) => join(crate, name));
  return [...files.sort(), ...others];
};

/** SHA-256 over names and contents of the addon's files. */
const hashSources = async () => {
  const hash = createHash('sha256').update(`${process.platform}-${process.arch}`);
  for (const file of await addonFiles())
    hash.update(`\0${file.slice(crate.length)}\0`).update(await readFile(file).catch(() => ''));
  return hash.digest('hex');
};

/**
 * Compiles the media engine. A compiled engine is not downloaded, because no file in a checkout
 * could verify it.
 * @param {Profile} profile
 * @param {AbortSignal} signal
 */
export const buildAddon = async (profile, signal) => {
  const sources = await hashSources();
  const total = [
    ...(await readFile(join(crate, 'Cargo.lock'), 'utf8')).matchAll(/^\[\[package\]\]/gm),
  ].length;
  let begun = 0;
  /** Crates that are being compiled, in the order of their start. @type {Set<string>} */
  const running = new Set();
  let wholeAt = Number.POSITIVE_INFINITY;
  const programs = impairment === null ? [] : ['--bin', 'swarm-impair'];
  await mkdir(contract, { recursive: true });
  await runStep({
    name: `media engine (Rust, profile ${profile})`,
    usual: `${profile === 'release' ? '2 to 4 minutes' : '1 to 2 minutes'}, once`,
    command: (await findTool('cargo')) ?? 'cargo',
    args: [
      'build',
      '--profile',
      profile,
      '--locked',
      // Cargo's messages on stdout report the end of a compilation; its own lines report the start.
      '--message-format',
      'json-render-diagnostics',
      '--lib',
      ...programs,
      '--target-dir',
      join(crate, 'target'),
      '--config',
      `env.NAPI_TYPE_DEF_TMP_FOLDER=${JSON.stringify(contract)}`,
    ],
    cwd: crate,
    onLine: (line) => {
      const crateName = /^\s+Compiling (\S+)/.exec(line)?.[1];
      if (crateName !== undefined) {
        begun++;
        running.add(crateName);
        if (crateName === CRATE) wholeAt = performance.now() + QUIET_MS;
      }
      // A build script that fails may print any line with a brace.
      if (!line.startsWith('{"reason":')) return true;
      const ended = endedCrate(line);
      if (ended !== null) running.delete(ended);
      return false;
    },
    progress: () => {
      if (begun === 0) return 'fetching crates';
      // The slowest of the running crates is the one that started first.
      const [slowest = CRATE] = running;
      // Cargo reports no progress while it optimises over all crates, half of the time.
      const isWhole = profile === 'release' && slowest === CRATE && performance.now() > wholeAt;
      // The lock file also names crates of other platforms, hence "at most".
      return `crate ${begun} of at most ${total}, ${isWhole ? 'optimising the whole' : `now ${slowest}`}`;
    },
    hint: (log) =>
      /requires rustc|rustc .* is not supported|feature .edition2024. is required/.test(log)
        ? 'the Rust here is too old: run "rustup update", or install it from https://rustup.rs'
        : 'are the crates reachable ("cargo fetch" in packages/webrtc/crate)? Is there a C compiler? "npx swarm doctor" shows what is missing',
    signal,
  });
  await install(sources, profile);
};

/**
 * Name of the crate whose compilation a message of Cargo reports; null for other messages, and for
 * a build script, which the crate itself follows.
 * @param {string} message a line of `--message-format json`
 */
export const endedCrate = (message) => {
  const { reason, package_id, target } = JSON.parse(message);
  if (reason !== 'compiler-artifact' || target.kind.includes('custom-build')) return null;
  // The id is "registry+https://…#name@1.2.3", or "path+file:///…/name#1.2.3" if the folder has the
  // name.
  return /([^/#@]+)[#@][^#@]*$/.exec(package_id)?.[1] ?? null;
};

/**
 * Moves the built files to their places.
 * @param {string} sources
 * @param {Profile} profile
 */
const install = async (sources, profile) => {
  const library = LIBRARIES[/** @type {keyof typeof LIBRARIES} */ (process.platform)];
  const built = join(crate, 'target', profile);
  // What is half replaced is not current.
  await rm(stamp, { force: true });
  await put(join(built, library), addon);
  if (impairment !== null) await put(join(built, 'swarm-impair'), impairment);
  await mkdir(setupCache, { recursive: true });
  await writeFile(stamp, JSON.stringify({ sources, profile }));
};

/**
 * Replaces a file by a rename, so that neither an interruption nor a running process sees a part of
 * it.
 * @param {string} built
 * @param {string} place
 */
const put = async (built, place) => {
  const unfinished = join(dirname(place), `.unfinished-${process.pid}.node`);
  try {
    await copyFile(built, unfinished);
    await rename(unfinished, place);
  } finally {
    await rm(unfinished, { force: true });
  }
};
