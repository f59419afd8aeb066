import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/**
 * Identity of a process's environment: machine, boot and PID namespace. Null: unknown on this
 * system.
 */
export interface HostIdentity {
  hostname: string;
  /** Machine id, machine-id(5). Virtual machines made from one image may share it. */
  machineId: string | null;
  /** Boot id, `random/boot_id` in proc_sys_kernel(5). Containers of a host share it. */
  bootId: string | null;
  /**
   * Inode of the PID namespace, namespaces(7): a process id has no meaning in another namespace.
   */
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

/** Inode in the target of a namespace link such as `pid:[4026531836]`. */
const inodeOf = (link: string | null): number | null => {
  const [, inode] = /^pid:\[(\d+)\]$/.exec(link ?? '') ?? [];
  return inode === undefined ? null : Number(inode);
};

/**
 * Relation of a recorded environment to the present one:
 * - `here`: the same boot and PID namespace, so that recorded process ids can be looked up;
 * - `after_restart`: the same machine after a reboot, so that none of its processes is left;
 * - `elsewhere`: another machine or PID namespace.
 */
export type HostRelation = 'here' | 'after_restart' | 'elsewhere';

export const relateHost = (noted: HostIdentity, here: HostIdentity): HostRelation => {
  if (noted.pidNamespace !== here.pidNamespace) return 'elsewhere';
  // Without a boot id, machine id and host name decide.
  if (noted.bootId !== null && noted.bootId === here.bootId) return 'here';
  const same = noted.machineId === here.machineId && noted.hostname === here.hostname;
  if (!same) return 'elsewhere';
  return noted.bootId === here.bootId ? 'here' : 'after_restart';
};
