import { readFileSync } from 'node:fs';

/** @typedef {{ isGone: () => boolean }} Npm the npm or npx that started this process, perhaps with a shell between. */

/** @returns {Npm | null} null when npm did not start this process. */
export const findNpm = () => {
  const parent = process.ppid;
  const orphaned = () => process.ppid !== parent;
  // Without /proc (not Linux), npm's variables say that it is somewhere above.
  if (commandLine(process.pid) === null)
    return process.env.npm_execpath === undefined ? null : { isGone: orphaned };
  if (isNpm(parent)) return { isGone: orphaned };
  const grandparent = parentOf(parent);
  if (!isShell(parent) || grandparent === null || !isNpm(grandparent)) return null;
  return { isGone: () => orphaned() || parentOf(parent) !== grandparent };
};

/** @param {number} pid */
const isNpm = (pid) => /(^|[\s/\0])np[mx]([\s\0.-]|$)/.test(commandLine(pid) ?? '');

/** @param {number} pid */
const isShell = (pid) => /^\S*sh\0-c\0/.test(commandLine(pid) ?? '');

/** @param {number} pid @returns {string | null} words ended by NUL each (proc(5)). */
const commandLine = (pid) => read(`/proc/${pid}/cmdline`);

/** @param {number} pid @returns {number | null} from the second field behind the name, which may hold anything, even parentheses (proc(5)). */
const parentOf = (pid) => {
  const stat = read(`/proc/${pid}/stat`);
  return stat === null ? null : Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
};

/** @param {string} path */
const read = (path) => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
};
