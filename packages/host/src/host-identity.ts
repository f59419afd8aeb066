import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** Where a process runs: which machine, since which boot, in which PID namespace. Null: not known on this system. */
export interface HostIdentity {
  hostname: string;
  /** machine-id(5). Images of virtual machines may share one. */
  machineId: string | null;
  /** proc_sys_kernel(5), `random/boot_id`: containers of a host share it. */
  bootId: string | null;
  /** Inode of the PID namespace (namespaces(7)): a process ID means nothing in another one. */
  pidNamespace: number | null;
}

export const identifyHost = (): HostIdentity => ({
  hostname: hostname(),
  machineId: textOf(() => readFileSync('/etc/machine-id', 'utf8')),
  bootId: textOf(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8')),
  pidNamespace: inodeOf(textOf(() => readlinkSync('/proc/self/ns/pid'))),
});

const textOf = (read: () => string): string | null => {
  try {
    return read().trim() || null;
  } catch {
    return null;
  }
};

/** `pid:[4026531836]`. */
const inodeOf = (link: string | null): number | null => {
  const [, inode] = /^pid:\[(\d+)\]$/.exec(link ?? '') ?? [];
  return inode === undefined ? null : Number(inode);
};

/**
 * How `here` relates to the place in which something was noted down:
 * `here`: the same boot and PID namespace, so that its process IDs can be looked up;
 * `after_restart`: the same machine, booted since: none of its processes is left;
 * `elsewhere`: another machine or PID namespace.
 */
export type HostRelation = 'here' | 'after_restart' | 'elsewhere';

export const relateHost = (noted: HostIdentity, here: HostIdentity): HostRelation => {
  if (noted.pidNamespace !== here.pidNamespace) return 'elsewhere';
  // Without a boot id the name is all that there is.
  if (noted.bootId !== null && noted.bootId === here.bootId) return 'here';
  const same = noted.machineId === here.machineId && noted.hostname === here.hostname;
  if (!same) return 'elsewhere';
  return noted.bootId === here.bootId ? 'here' : 'after_restart';
};
