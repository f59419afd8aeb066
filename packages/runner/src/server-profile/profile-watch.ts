import { evaluate, type Measured, type SourcedThreshold } from '@livekit-swarm/analysis';
import type { RecordWriter } from '@livekit-swarm/record';
import type { Plan } from '@livekit-swarm/scenario';
import { plural } from '@livekit-swarm/settings';
import type { RunLog } from '../run-log.ts';
import type { RunOptions } from '../run-options.ts';
import { takeProfile, withoutProfile } from './take-profile.ts';

/** Profiles of the nodes, taken once a run, while a limit is crossed. */
export interface ProfileWatch {
  /** Begins to profile if a limit has been crossed for some seconds; called once a second. */
  check(): void;
  /** Begins to profile, unless that was done, and resolves when it is done; never rejects. */
  complete(): Promise<void>;
  /** Resolves when what was begun is done; never rejects. */
  settled(): Promise<void>;
  /** Ends what was begun. */
  stop(): void;
}

/** Duration of a profile, s: with 100 samples per second and core, a thousand for each busy core. */
const SECONDS = 10;
/** Shortest profile that shows more than chance, s. */
const LEAST_SECONDS = 3;
/** A crossing that is over sooner is an outlier, ms. */
const LASTING_MS = 3_000;

interface WatchedRun extends Pick<RunOptions, 'server' | 'stop'> {
  plan: Pick<Plan, 'endAtMs'>;
  record: Pick<RecordWriter, 'dir'>;
}

interface WatchedLog extends Pick<RunLog, 'append' | 'elapsedMs'> {
  interimSummary(): Measured;
}

export const watchProfiles = (
  { plan, record, stop, server }: WatchedRun,
  thresholds: readonly SourcedThreshold[],
  { append, elapsedMs, interimSummary }: WatchedLog,
): ProfileWatch => {
  const { profilers = [], isBeyondLimit = () => false } = server ?? {};
  const over = new AbortController();
  const signal = AbortSignal.any([stop, over.signal]);
  let since: number | null = null;
  let begun: Promise<void> | null = null;

  const isCrossed = (): boolean => {
    const interim = interimSummary();
    return (
      isBeyondLimit(interim) ||
      thresholds.some((sourced) => evaluate(interim, sourced).some(({ ok }) => ok === false))
    );
  };
  const take = async (seconds: number): Promise<void> => {
    const lines = profilers.map((profiler) => takeProfile(profiler, seconds, record.dir, signal));
    for (const line of await Promise.all(lines)) append({ ...line, at: elapsedMs() });
  };
  const refuse = (leftSeconds: number): void => {
    const message = `a limit was first crossed ${plural(leftSeconds, 'second')} before the end of the run`;
    for (const { node } of profilers) append({ ...withoutProfile(node, message), at: elapsedMs() });
  };
  const begin = async (): Promise<void> => {
    // The last second is left for participants that leave.
    const left = Math.max(0, Math.floor((plan.endAtMs - elapsedMs()) / 1_000) - 1);
    if (left >= LEAST_SECONDS) await take(Math.min(SECONDS, left));
    else refuse(left);
  };

  return {
    check: () => {
      if (profilers.length === 0 || begun !== null) return;
      since = isCrossed() ? (since ?? elapsedMs()) : null;
      if (since !== null && elapsedMs() - since >= LASTING_MS) begun = begin();
    },
    complete: async () => {
      if (profilers.length === 0) return;
      begun ??= begin();
      await begun;
    },
    settled: async () => {
      await begun;
    },
    stop: () => over.abort(),
  };
};
