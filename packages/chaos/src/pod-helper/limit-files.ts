import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { codeOf, SwarmError } from '@livekit-swarm/settings';
import type { HeldEffect } from './held-effect.ts';
import {
  controllerFolder,
  KERNEL,
  type KernelFolders,
  type PodContainer,
} from './pod-container.ts';
import type { HelperFault } from './protocol.ts';

/** Period of the kernel's CPU limit, µs. */
const PERIOD_US = 100_000;
const MEGABYTE = 1_048_576;

type LimitFile = HeldEffect['files'][number];

/**
 * Contents of the container's cgroup files under a limit. The limit takes the place of the pod's
 * own one, and is never higher.
 * @throws SwarmError `fault_unavailable`
 */
export const limitFiles = (
  container: PodContainer,
  fault: Extract<HelperFault, { type: 'cpu' | 'memory' }>,
  kernel: KernelFolders = KERNEL,
): LimitFile[] => {
  const found = controllerFolder(container, fault.type, kernel);
  if (found === null)
    throw new SwarmError(
      'fault_unavailable',
      `the cgroup of the pod has no controller "${fault.type}"`,
    );
  const { folder, version } = found;
  const file = (name: string, during: string): LimitFile => {
    const path = join(folder, name);
    return { path, before: content(path), during };
  };
  if (fault.type === 'memory') {
    const [usage, name] =
      version === 2
        ? ['memory.current', 'memory.max']
        : ['memory.usage_in_bytes', 'memory.limit_in_bytes'];
    const bytes = Number(content(join(folder, usage))) + fault.megabytes * MEGABYTE;
    const limit = file(name, String(bytes));
    if (limit.before !== 'max' && Number(limit.before) <= bytes)
      throw lower(`${Math.floor(Number(limit.before) / MEGABYTE)} MB of memory`);
    return [limit];
  }
  const quota = Math.round(fault.cores * PERIOD_US);
  const limits =
    version === 2
      ? [file('cpu.max', `${quota} ${PERIOD_US}`)]
      : [file('cpu.cfs_period_us', String(PERIOD_US)), file('cpu.cfs_quota_us', String(quota))];
  const before = limits.map((limit) => limit.before);
  const [ownQuota = '', ownPeriod = ''] =
    version === 2 ? (before[0] ?? '').split(' ') : before.toReversed();
  const cores = Number(ownQuota) / Number(ownPeriod);
  if (Number(ownQuota) > 0 && cores <= fault.cores) throw lower(`${cores} cores`);
  return limits;
};

const lower = (limit: string): SwarmError =>
  new SwarmError(
    'fault_unavailable',
    `the pod has a limit of ${limit} already, which is not higher than that of the fault`,
    'write a lower one into the drill',
  );

/** @throws SwarmError `fault_unavailable` with the message of the kernel */
export const writeLimits = (files: readonly LimitFile[]): void => {
  for (const { path, during } of files) put(path, during);
};

/**
 * Restores the limits of a cgroup that still exists, unless another program has set its own since.
 */
export const restoreLimits = (files: readonly LimitFile[]): void => {
  // In the opposite order: a quota of v1 is set for its period.
  for (const { path, before, during } of files.toReversed())
    if (existsSync(path) && content(path) === during) put(path, before);
};

/** Returns the state of the limits; `gone`: their cgroup no longer exists. */
export const stateOfLimits = (files: readonly LimitFile[]): 'present' | 'gone' | 'changed' => {
  if (files.some(({ path }) => !existsSync(path))) return 'gone';
  return files.every(({ path, during }) => content(path) === during) ? 'present' : 'changed';
};

const content = (path: string): string => readFileSync(path, 'utf8').trim();

const put = (path: string, text: string): void => {
  try {
    writeFileSync(path, text);
  } catch (error) {
    throw new SwarmError(
      'fault_unavailable',
      `the kernel rejected "${text}" for ${path}: ${codeOf(error) ?? 'no reason'}`,
      null,
      { cause: error },
    );
  }
};
