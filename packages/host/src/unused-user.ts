import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';

/**
 * Ids without an account, the best first: of systemd's "Users, Groups, UIDs and GIDs" those marked
 * "unused", and those of dynamic users for containers that have only 65,536. Not 65,534, which
 * containers and NFS use, too: processes of one user can signal and trace each other.
 */
const UNUSED: readonly (readonly [from: number, to: number])[] = [
  [0x7000_0000, 0x7fff_fffe],
  [61_184, 65_519],
];

/** capabilities(7): to become another user (SETUID, SETGID), and to handle what is another user's (CHOWN, DAC_OVERRIDE, FOWNER, KILL). */
const NEEDED_CAPABILITIES = [7, 6, 0, 1, 3, 5].reduce((mask, bit) => mask | (1 << bit), 0);

/**
 * The id, of user and group, for a program that root starts and that needs no right of root: of no
 * account, so that nothing else on this host belongs to it. Null where this process cannot become
 * another user: it is not root, or root of a namespace with one user; and outside Linux.
 * @param proc another place only in tests
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

/** user_namespaces(7): first id inside, first id outside, how many. */
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
