import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { MetricReader } from '@livekit-swarm/metrics';
import type { Fetcher } from '../http/fetcher.ts';
import { listen } from '../listener/listen.ts';
import type { ListenerRequest } from '../listener/listener-request.ts';
import { sleep } from '../listener/sleep.ts';
import type { Finding, StreamNotes } from './finding.ts';
import { type AudienceCounts, AudienceMeasure } from './measure.ts';
import { FindingMerger } from './merge-findings.ts';

export interface AudienceRequest
  extends Pick<ListenerRequest, 'url' | 'mostBitsPerSecond' | 'mayLoad' | 'clock' | 'signal'> {
  listeners: number;
  /** Time over which listeners set out, ms. */
  rampMs: number;
  /** Time from the first listener until all end, ms. */
  durationMs: number;
  openFetcher: () => Fetcher;
  /** Called every second. */
  onProgress?: (counts: Readonly<AudienceCounts>) => void;
}

/** CPU that the process of an audience used, and whether it had enough. */
export interface AudienceGenerator {
  cpuSeconds: number;
  /** Delay of timers, p99 and longest, ms. */
  loopDelayP99Ms: number;
  loopDelayMaxMs: number;
  /** Requests for which this host had no socket: no port or file descriptor was left. */
  noSockets: number;
}

export interface Audience {
  startedAtMs: number;
  endedAtMs: number;
  counts: AudienceCounts;
  metrics: MetricReader;
  findings: readonly Finding[];
  /** Facts of further findings, which were not kept. */
  dropped: number;
  notes: StreamNotes;
  generator: AudienceGenerator;
}

const PROGRESS_MS = 1_000;

/**
 * Lets listeners follow a stream, all in this process, and merges what they observe.
 * @throws nothing for an answer of a server
 */
export const runAudience = async (request: AudienceRequest): Promise<Audience> => {
  const { clock, listeners, rampMs, durationMs } = request;
  const measure = new AudienceMeasure();
  const merger = new FindingMerger();
  const over = new AbortController();
  const signal = AbortSignal.any([request.signal, over.signal]);
  const startedAtMs = clock.now();
  const cancelEnd = clock.after(durationMs, () => over.abort());
  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  const cpu = process.cpuUsage();
  const progress = setInterval(() => request.onProgress?.(measure.counts), PROGRESS_MS);
  try {
    await Promise.all(
      Array.from({ length: listeners }, async (_, index) => {
        const own = listenerSignal(signal);
        const setsOut = await arrives(request, own, startedAtMs + (rampMs * index) / listeners);
        if (!setsOut) return;
        const fetcher = request.openFetcher();
        measure.setOut();
        await listen({
          ...{ url: request.url, mostBitsPerSecond: request.mostBitsPerSecond, fetcher },
          ...{ mayLoad: request.mayLoad, clock, signal: own },
          note: (fact) => {
            measure.add(index, fact);
            merger.add(index, fact);
          },
        }).finally(() => fetcher.close());
      }),
    );
  } finally {
    cancelEnd();
    // An error of one listener ends the others, too.
    over.abort();
    clearInterval(progress);
    delay.disable();
  }
  const { user, system } = process.cpuUsage(cpu);
  return {
    ...{ startedAtMs, endedAtMs: clock.now(), counts: measure.counts, metrics: measure.metrics },
    ...{ findings: merger.findings(), dropped: merger.dropped, notes: merger.notes },
    generator: {
      cpuSeconds: (user + system) / 1e6,
      loopDelayP99Ms: delay.percentile(99) / 1e6,
      loopDelayMaxMs: delay.max / 1e6,
      noSockets: measure.noSockets,
    },
  };
};

/** @returns false if the audience ended before */
const arrives = async (
  { clock }: AudienceRequest,
  signal: AbortSignal,
  atMs: number,
): Promise<boolean> => {
  try {
    await sleep(clock, atMs - clock.now(), signal);
    return true;
  } catch {
    return false;
  }
};

/** Signal of its own, so that no signal has the listeners of a whole audience. */
const listenerSignal = (signal: AbortSignal): AbortSignal => AbortSignal.any([signal]);
