import { readFileSync } from 'node:fs';
import { fieldsOfStat, TICKS_PER_SECOND } from '@livekit-swarm/host';
import { localHostFigures } from './local-host.ts';
import { type ServerSource, SourceError } from './server-source.ts';

/**
 * Creates the source that reads a livekit-server process on this host, and the host (Linux:
 * `/proc`). It is exact, while the server refreshes its own metrics rarely.
 * @param node name that other sources give to the node
 */
export const processSource = (
  pid: number,
  node: string,
  now: () => number = () => performance.now(),
): ServerSource => ({
  name: 'process',
  where: null,
  sample: async () => {
    // The files are read synchronously, because the CPU time must belong to the time of the line.
    const read = (file: string): string => {
      try {
        return readFileSync(`/proc/${pid}/${file}`, 'utf8');
      } catch {
        throw new SourceError(
          'unreachable',
          process.platform === 'linux'
            ? 'the process of livekit-server has ended'
            : 'processes are measured on Linux only',
        );
      }
    };
    const stat = read('stat');
    const measuredAtMs = now();
    const resident = /^VmRSS:\s+(\d+) kB$/m.exec(read('status'))?.[1];
    const cpuSeconds = cpuSecondsOf(stat);
    return [
      {
        id: null,
        name: node,
        measuredAtMs,
        figures: {
          ...(cpuSeconds !== null && { cpuSeconds }),
          ...(resident !== undefined && { memoryBytes: Number(resident) * 1_024 }),
          ...localHostFigures(pid),
        },
      },
    ];
  },
});

/**
 * CPU time of a process, s: the sum of utime and stime, the 14th and 15th field (proc_pid_stat(5)).
 */
export const cpuSecondsOf = (stat: string): number | null => {
  const fields = fieldsOfStat(stat);
  const ticks = Number(fields[11]) + Number(fields[12]);
  return Number.isFinite(ticks) ? ticks / TICKS_PER_SECOND : null;
};
