import { messageOf } from '@livekit-swarm/settings';
import { z } from 'zod';
import { metricIn, type Page, readPage } from './read-page.ts';

/** State of a worker, from its own pages. */
export interface WorkerFacts {
  url: string;
  /** Null, as for each figure: the pages do not show it. */
  agentName: string | null;
  activeJobs: number | null;
  /** Load that the worker reports to the server, from 0 to 1. */
  load: number | null;
  sdkVersion: string | null;
  /** Start of its process, Unix ms. */
  startedAtMs: number | null;
  /** True if the worker states that it is registered with LiveKit. */
  isRegistered: boolean;
  /** Sentence; null: it is registered, and its pages can be read. */
  problem: string | null;
}

/** Addresses of a worker's pages. */
export interface WorkerPages {
  /** Health server of LiveKit's SDKs: `http://10.0.0.7:8081`. */
  url: string;
  /** Metrics in Prometheus' text format; absent: none. Workers in Python have them. */
  metricsUrl?: string | undefined;
}

const LONGEST_TEXT = 200;

/**
 * Page `/worker` of LiveKit's SDKs for agents, as far as it is shown here. That of Python leaves out
 * what is zero, as JSON of protocol buffers does.
 */
const workerPage = z.object({
  agent_name: z.string().optional(),
  active_jobs: z.number().optional(),
  /** Load, 0 to 1; absent in pages of workers in Node. */
  worker_load: z.number().optional(),
  sdk_version: z.string().optional(),
});

/** Metrics by figure, with the names of all versions of the SDK. */
const METRICS = {
  activeJobs: ['lk_agents_active_job_count', 'lk_agents_running_jobs'],
  load: ['lk_agents_worker_load'],
  startedAt: ['process_start_time_seconds'],
} as const;

/** Read the pages of a worker. What cannot be read is a problem of the worker, and never thrown. */
export const readWorker = async ({ url, metricsUrl }: WorkerPages): Promise<WorkerFacts> => {
  const measuring = metricsUrl === undefined ? null : readMetrics(metricsUrl);
  try {
    const [health, page] = await Promise.all([
      readPage(new URL('/', url)),
      readPage(new URL('/worker', url)),
    ]);
    const facts = page.isOk ? workerPage.parse(JSON.parse(page.text)) : {};
    const metrics = await measuring;
    const text = metrics?.text ?? '';
    const startedAt = metricIn(text, METRICS.startedAt);
    return {
      url,
      agentName: facts.agent_name ?? null,
      activeJobs:
        facts.active_jobs ??
        metricIn(text, METRICS.activeJobs) ??
        (facts.sdk_version === undefined ? null : 0),
      load: facts.worker_load ?? metricIn(text, METRICS.load),
      sdkVersion: facts.sdk_version ?? null,
      startedAtMs: startedAt === null ? null : startedAt * 1_000,
      isRegistered: health.isOk,
      problem: health.isOk ? (metrics?.problem ?? null) : unhealthy(health),
    };
  } catch (error) {
    return {
      url,
      agentName: null,
      activeJobs: null,
      load: null,
      sdkVersion: null,
      startedAtMs: null,
      isRegistered: false,
      problem: `cannot be read: ${messageOf(error)}`,
    };
  }
};

const unhealthy = ({ status, text }: Page): string =>
  `is not healthy (HTTP ${status}): ${text.trim().slice(0, LONGEST_TEXT)}`;

const readMetrics = async (url: string): Promise<{ text: string; problem: string | null }> => {
  try {
    const { isOk, status, text } = await readPage(new URL(url));
    if (isOk) return { text, problem: null };
    return { text: '', problem: `its metrics answer HTTP ${status}` };
  } catch (error) {
    return { text: '', problem: `its metrics cannot be read: ${messageOf(error)}` };
  }
};
