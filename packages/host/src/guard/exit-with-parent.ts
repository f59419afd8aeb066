import { existsSync } from 'node:fs';

const SETPRIV = ['/usr/bin/setpriv', '/bin/setpriv'];

/**
 * Wraps a command so that the kernel kills it when the process that spawns it dies (prctl(2),
 * PR_SET_PDEATHSIG). Unchanged on other systems.
 *
 * The death signal counts from when it is set: a parent that died before that is noticed by its
 * process id, since the orphan was given another parent by then.
 */
export const exitWithParent = (
  command: [string, ...string[]],
  parent: number = process.pid,
  /** Further options of setpriv. */
  options: readonly string[] = [],
): [string, ...string[]] => {
  const setpriv =
    process.platform === 'linux' ? SETPRIV.find((path) => existsSync(path)) : undefined;
  if (setpriv === undefined) return command;
  const onlyUnderParent = '[ "$PPID" = "$1" ] || exit 1; shift; exec "$@"';
  return [
    setpriv,
    '--pdeathsig',
    'KILL',
    ...options,
    '--',
    '/bin/sh',
    '-c',
    onlyUnderParent,
    'sh',
    String(parent),
    ...command,
  ];
};
