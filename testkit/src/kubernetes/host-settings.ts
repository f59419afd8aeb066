import { readFileSync, writeFileSync } from 'node:fs';

/**
 * Settings below /proc/sys that a kubelet changes for the whole host at its start, restored after
 * its end.
 */
const SETTINGS = [
  'vm/overcommit_memory',
  'vm/panic_on_oom',
  'kernel/panic',
  'kernel/panic_on_oops',
  'kernel/keys/root_maxkeys',
  'kernel/keys/root_maxbytes',
  'net/ipv4/ip_forward',
  'net/ipv6/conf/all/forwarding',
];

export type HostSettings = Record<string, string>;

const PROC_SYS = '/proc/sys';

export const readHostSettings = (root = PROC_SYS): HostSettings =>
  Object.fromEntries(
    SETTINGS.flatMap((name) => {
      const value = read(`${root}/${name}`);
      return value === null ? [] : [[name, value]];
    }),
  );

/** Restores settings that differ now. @returns names of those that could not be restored */
export const restoreHostSettings = (before: HostSettings, root = PROC_SYS): string[] =>
  Object.entries(before).flatMap(([name, value]) => {
    const file = `${root}/${name}`;
    if (read(file) === value) return [];
    try {
      writeFileSync(file, value);
      return [];
    } catch {
      return [name];
    }
  });

const read = (file: string): string | null => {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return null;
  }
};
