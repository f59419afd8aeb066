import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';

/**
 * Ranges of ids without an account, preferred first: the range marked "unused" in systemd's "Users,
 * Groups, UIDs and GIDs", then that of dynamic users for containers with only 65,536 ids. 65,534 is
 * left out because containers and NFS use it: processes of one user can signal and trace each
 * other.
 */
const UNUSED: readonly (readonly [from: number, to: number])[] = [
  [0x7000_0000, 0x7fff_fffe],
  [61_184, 65_519],
];

/**
 * Capabilities (capabilities(7)) for becoming another user (SETUID, SETGID) and for handling that
 * user's files and processes (CHOWN, DAC_OVERRIDE, FOWNER, KILL).
 */
const NEEDED_CAPABILITIES = [7, 6, 0, 1, 3, 5].reduce((mask, bit) => mask | (1 << bit), 0);

/**
 * Chooses an id, of user and group, for a program that root starts and that needs no root
 * privilege. The id has no account, so that nothing else on this host belongs to it. Null where
 * this process cannot become another user: it is not root, it is root of a namespace with one user,
 * or the system is not Linux.
 * @param proc folder in place of `/proc/self`, for tests
 */
export const unusedUser = (proc = '/proc/self'): number | null => {
  const capabilities = /^CapEff:\s*([0-9a-f]+)$/m.exec(read(`${proc}/status`))?.[1] ?? '0';
  const held = Number(BigInt(`0x${capabilities}`) & BigInt(NEEDED_CAPABILITIES));
  if (held !== NEEDED_CAPABILITIES) return null;
  const maps = ['uid_map', 'gid_map'].map((name) => readMap(read(`${proc}/${name}`)));
  const range = UNUSED.find(([from, to]) =>
    maps.every((map) => map.some(([first, last]) => first <= from && to <= last)),
  );
  return range === undefined ? null : randomInt(range[0], range[1] + 1);
};

/**
 * Ranges inside the namespace, from uid_map or gid_map (user_namespaces(7)); each line has the
 * first id inside, the first id outside, and their number.
 */
const readMap = (text: string): [first: number, last: number][] =>
  text.split('\n').flatMap((line) => {
    const [first, , count] = line.trim().split(/\s+/).map(Number);
    return first === undefined || count === undefined ? [] : [[first, first + count - 1]];
  });

const read = (file: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
};
