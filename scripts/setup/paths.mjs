import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout. */
export const root = fileURLToPath(new URL('../../', import.meta.url));

/** What the setup notes for the next start, and the logs of its steps. */
export const setupCache = join(root, '.cache', 'setup');

/** Bundles of `swarm`, each in a folder of its own, and the note of the latest. */
export const programs = join(root, '.cache', 'program');
export const programNote = join(setupCache, 'program.json');

export const crate = join(root, 'packages', 'webrtc', 'crate');

/** Where compiling the crate leaves the definitions of which its TypeScript contract is rendered. */
export const contract = join(crate, 'target', 'contract');

export const addon = join(
  root,
  'packages',
  'webrtc',
  `swarm-native.${process.platform}-${process.arch}.node`,
);

/** What chaos drills delay packets with; null where no kernel hands them over. */
export const impairment =
  process.platform === 'linux'
    ? join(root, 'packages', 'webrtc', `swarm-impair.${process.platform}-${process.arch}`)
    : null;

/** Our own programs first on PATH would have npm run by the very Node that it is about to replace. Rust and Go are often installed, yet not on it. */
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
