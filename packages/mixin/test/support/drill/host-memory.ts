/** Memory of this host, as node_exporter reports it. */
import { readFile } from 'node:fs/promises';
import { SHIPPED } from '../../../src/shipped.ts';

export interface HostMemory {
  /** Share of memory that is not available, 0 … 1. */
  used: number;
  /** Size of memory, bytes. */
  total: number;
}

export const readMemory = async (): Promise<HostMemory> => {
  const text = await readFile('/proc/meminfo', 'utf8');
  const bytesOf = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1]) * 1_024;
  const total = bytesOf('MemTotal');
  return { used: 1 - bytesOf('MemAvailable') / total, total };
};

/**
 * Distance of the limit from the present usage, share: usage of other programs must not cross it.
 */
const ROOM = 0.2;

/**
 * Limit of memory that a test can cross without harm to other programs of the host: the default, or
 * lower.
 */
export const memoryLimitOfHost = async (): Promise<number> => {
  const { used } = await readMemory();
  return Math.min(SHIPPED.config.limits.memory, Math.round(100 * (used + ROOM)) / 100);
};
