import { setInterval } from 'node:timers/promises';
import { usageError, withoutSecrets } from '@livekit-swarm/settings';
import { metricIn, readPage } from './read-page.ts';

/** CPU time of a worker until a moment, and its memory at that moment. */
export interface UsageSample {
  atMs: number;
  cpuSeconds: number;
  /** Resident memory; null: the page does not show it. */
  bytes: number | null;
}

/** Most that one of the workers used. */
export interface WorkerUsage {
  /** CPU cores, for 5 s; null: not measured. */
  cores: number | null;
  /** Resident memory, bytes; null: not measured. */
  bytes: number | null;
}

/** Watch of workers. */
export interface WorkerUsageWatch {
  stop(): Promise<WorkerUsage>;
}

const READ_EVERY_MS = 1_000;
/** Shortest time over which cores are averaged, ms: a worker is busy and idle in turns. */
const WINDOW_MS = 5_000;
/**
 * Names of CPU time, s: of the processes that process-exporter watches, whose page also has its own;
 * of one process in clients of Prometheus.
 */
const CPU_TIME = ['namedprocess_namegroup_cpu_seconds_total', 'process_cpu_seconds_total'];
/** Names of resident memory, bytes, of the same pages. */
const MEMORY = [
  'namedprocess_namegroup_memory_bytes{memtype="resident"}',
  'process_resident_memory_bytes',
];

/** Most cores that were used for 5 s; null: the samples are of less time. */
export const busiestCores = (
  samples: readonly Pick<UsageSample, 'atMs' | 'cpuSeconds'>[],
): number | null => {
  const used = samples.flatMap((from, index) => {
    const to = samples.slice(index).find(({ atMs }) => atMs - from.atMs >= WINDOW_MS);
    // A worker that was started again counts from zero.
    if (to === undefined || to.cpuSeconds < from.cpuSeconds) return [];
    return [((to.cpuSeconds - from.cpuSeconds) * 1_000) / (to.atMs - from.atMs)];
  });
  return used.length === 0 ? null : Math.max(...used);
};

/**
 * Read CPU time and memory of workers once a second. A page that does not answer is left out: a worker
 * without CPU answers late.
 * @param urls of metrics in Prometheus' text format
 */
export const watchWorkerUsage = (urls: readonly string[]): WorkerUsageWatch => {
  const stopped = new AbortController();
  const watches = urls.map((url) => watch(url, stopped.signal));
  return {
    stop: async () => {
      stopped.abort();
      const ofWorkers = await Promise.all(watches);
      return {
        cores: largest(ofWorkers.map(busiestCores)),
        bytes: largest(ofWorkers.map((samples) => largest(samples.map(({ bytes }) => bytes)))),
      };
    },
  };
};

const largest = (values: readonly (number | null)[]): number | null =>
  values.reduce(
    (most, value) => (most === null || (value !== null && value > most) ? value : most),
    null,
  );

const watch = async (url: string, signal: AbortSignal): Promise<UsageSample[]> => {
  const samples: UsageSample[] = [];
  try {
    for await (const _ of setInterval(READ_EVERY_MS, undefined, { signal })) {
      const sample = await read(url);
      if (sample !== null) samples.push(sample);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  return samples;
};

/** @throws SwarmError `usage` if a page cannot be read, or shows no CPU time */
export const assertShowCpu = async (urls: readonly string[]): Promise<void> => {
  for (const url of urls)
    if ((await read(url)) === null)
      throw usageError(
        `${withoutSecrets(url)} shows no CPU time of a worker`,
        `it must answer without a password, in Prometheus' text format, with ${CPU_TIME.join(' or ')}`,
      );
};

/** CPU time that a page shows, s; null: none. */
export const cpuSecondsIn = (page: string): number | null => metricIn(page, CPU_TIME);

/** Resident memory that a page shows, bytes; null: none. */
export const residentBytesIn = (page: string): number | null => metricIn(page, MEMORY);

const read = async (url: string): Promise<UsageSample | null> => {
  try {
    const { isOk, text } = await readPage(new URL(url));
    const cpuSeconds = isOk ? cpuSecondsIn(text) : null;
    return cpuSeconds === null
      ? null
      : { atMs: performance.now(), cpuSeconds, bytes: residentBytesIn(text) };
  } catch {
    return null;
  }
};
