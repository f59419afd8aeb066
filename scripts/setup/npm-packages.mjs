import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root, shown } from './paths.mjs';
import { runStep } from './run-step.mjs';

/**
 * @typedef {{ version?: string, integrity?: string, optional?: boolean, link?: boolean }} Locked
 */

/** Path of npm's own list of installed packages. */
export const installed = join(root, 'node_modules', '.package-lock.json');

/**
 * Returns true when node_modules matches package-lock.json. npm writes its list of installed
 * packages last, so an interrupted installation has none.
 */
export const packagesAreCurrent = async (folder = root) => {
  const [wanted, installed] = await Promise.all([
    readLock(join(folder, 'package-lock.json')),
    readLock(join(folder, 'node_modules', '.package-lock.json')),
  ]);
  if (wanted === null || installed === null) return false;
  return Object.entries(wanted).every(([path, package_]) => {
    if (path === '') return true;
    const there = installed[path];
    // Missing optional packages are for other platforms.
    if (there === undefined) return package_.optional === true;
    return there.version === package_.version && there.integrity === package_.integrity;
  });
};

/** @param {string} path @returns {Promise<Record<string, Locked> | null>} */
const readLock = (path) =>
  readFile(path, 'utf8').then(
    (text) => JSON.parse(text).packages,
    () => null,
  );

/** @param {AbortSignal} signal @param {string} [folder] */
export const installPackages = (signal, folder = root) =>
  runStep({
    name: folder === root ? 'npm packages' : `npm packages of ${shown(folder)}`,
    usual: '10 to 60 s',
    command: 'npm',
    args: ['ci', '--no-audit', '--no-fund', '--loglevel=error', '--progress=false'],
    cwd: folder,
    hint: (log) =>
      /EUSAGE|can only install packages when/.test(log)
        ? 'package.json and package-lock.json disagree: run "npm install" and commit both'
        : 'is the npm registry reachable ("npm ping")? Then start again: it continues from here',
    signal,
  });
