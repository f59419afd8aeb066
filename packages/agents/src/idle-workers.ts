import { setTimeout as sleep } from 'node:timers/promises';
import { metricIn, readPage } from './read-page.ts';

/** Names of the number of jobs: of LiveKit's SDKs, and of reference workers. */
const JOBS = ['lk_agents_active_job_count'];
const READ_EVERY_MS = 1_000;
/** Longest wait for jobs to end, ms. */
const IDLE_WITHIN_MS = 60_000;

/**
 * Wait until workers have no jobs: one that lacked CPU ends those of a run long after their callers
 * have left, and takes no others meanwhile. Workers whose pages do not show their jobs are not
 * waited for.
 * @param urls of metrics in Prometheus' text format
 * @returns jobs that are left after a minute, or at the signal; null: pages do not answer
 */
export const untilWorkersIdle = async (
  urls: readonly string[],
  signal: AbortSignal,
  withinMs: number = IDLE_WITHIN_MS,
): Promise<number | null> => {
  const until = performance.now() + withinMs;
  for (;;) {
    const jobs = await jobsOf(urls);
    if (jobs === 0 || signal.aborted || performance.now() >= until) return jobs;
    await sleep(READ_EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
};

const jobsOf = async (urls: readonly string[]): Promise<number | null> => {
  try {
    const pages = await Promise.all(urls.map((url) => readPage(new URL(url))));
    return pages.reduce((sum, { text }) => sum + (metricIn(text, JOBS) ?? 0), 0);
  } catch {
    // A worker without CPU answers late.
    return null;
  }
};
