import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setupCache } from './paths.mjs';

/** @import { Profile } from './profile.mjs' */

const note = join(setupCache, 'complete.json');

/**
 * Stamp of a file that changes with its contents, like those of git and make; null: the file does
 * not exist.
 * @param {string} path
 */
export const stampOf = (path) => {
  const found = statSync(path, { throwIfNoEntry: false });
  return found === undefined ? null : `${found.size} ${found.mtimeMs} ${found.ctimeMs}`;
};

/**
 * @param {Readonly<Record<string, string | null>>} stamps by path
 * @returns {boolean} whether all files are as they were.
 */
export const areUnchanged = (stamps) =>
  Object.entries(stamps).every(([path, stamp]) => stampOf(path) === stamp);

/**
 * Returns true when no file that a setup reads or makes has changed since a complete setup, and the
 * media engine has the required profile. Reads no contents.
 * @param {Profile | null} required null: any profile will do.
 */
export const isComplete = (required) => {
  try {
    const { stamps, profile } = JSON.parse(readFileSync(note, 'utf8'));
    return (required === null || profile === required) && areUnchanged(stamps);
  } catch {
    return false;
  }
};

/**
 * Notes that the setup is complete.
 * @param {{ sources: string[], made: string[], profile: Profile | null, startedAt: number }} setup
 * `sources`: of what was made, looked at after `startedAt` (Unix time, ms)
 */
export const noteComplete = ({ sources, made, profile, startedAt }) => {
  // A source that was edited meanwhile may differ from the built files.
  const edited = (/** @type {string} */ path) =>
    (statSync(path, { throwIfNoEntry: false })?.ctimeMs ?? 0) >= startedAt;
  if (sources.some(edited)) return;
  const stamps = Object.fromEntries([...sources, ...made].map((path) => [path, stampOf(path)]));
  mkdirSync(setupCache, { recursive: true });
  writeFileSync(`${note}.${process.pid}`, JSON.stringify({ stamps, profile }));
  renameSync(`${note}.${process.pid}`, note);
};
