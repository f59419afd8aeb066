import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Path of the checkout. */
export const root = fileURLToPath(new URL('../../', import.meta.url));

/** Folder for notes of the setup, and logs of its steps. */
export const setupCache = join(root, '.cache', 'setup');

/**
 * Folder of the bundles of `swarm`, each in its own folder, and of the note about the latest one.
 */
export const programs = join(root, '.cache', 'program');
export const programNote = join(setupCache, 'program.json');

export const crate = join(root, 'packages', 'webrtc', 'crate');

/** Folder into which compiling the crate writes the definitions of its TypeScript contract. */
export const contract = join(crate, 'target', 'contract');

export const addon = join(
  root,
  'packages',
  'webrtc',
  `swarm-native.${process.platform}-${process.arch}.node`,
);

/**
 * Path of the program with which drills delay packets; null: the kernel of this platform cannot
 * queue packets.
 */
export const impairment =
  process.platform === 'linux'
    ? join(root, 'packages', 'webrtc', `swarm-impair.${process.platform}-${process.arch}`)
    : null;

/**
 * Environment of tools. Programs of the checkout come last on PATH, because npm would otherwise use
 * the Node that it is about to replace. Rust and Go are often installed outside of PATH.
 */
export const toolEnv = () => {
  const bins = join('node_modules', '.bin');
  const usual = [join(homedir(), '.cargo', 'bin'), '/usr/local/go/bin'];
  const path = [
    ...(process.env.PATH ?? '').split(':').filter((folder) => !folder.endsWith(bins)),
    ...usual,
  ].join(':');
  return { ...process.env, PATH: path };
};

/** @param {string} path a file of this checkout, as a person would name it. */
export const shown = (path) => (path.startsWith(root) ? path.slice(root.length) : path);
