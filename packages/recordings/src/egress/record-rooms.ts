import { setTimeout as sleep } from 'node:timers/promises';
import type { Limits } from '../check/expectation.ts';
import { type JudgedRecording, judgeStored } from '../check/judge.ts';
import type { Storage } from '../storage/storage.ts';
import { egressDefects } from './egress-defects.ts';
import type { EgressApi, EgressRun, EgressSource } from './egress-run.ts';
import { type FollowOptions, followEgress } from './follow-egress.ts';

/** Time between two requests, ms: a worker reports its load only so often. */
const STEP_MS = 200;

export interface RecordOptions extends FollowOptions {
  limits: Limits;
  /** Place of the files; null: files are not judged. */
  storage: Storage | null;
  /** Aborted: recordings are stopped, and no further file is judged. */
  stop: AbortSignal;
  /** Aborted: recordings are stopped, and neither followed nor judged. */
  kill: AbortSignal;
  onEnd: (run: EgressRun) => void;
}

/**
 * Records sources at the same time, then reads the files one after the other: decoding would take
 * CPU from what is recorded.
 */
export const recordRooms = async (
  api: EgressApi,
  sources: readonly EgressSource[],
  options: RecordOptions,
): Promise<JudgedRecording[]> => {
  const runs = await Promise.all(
    sources.map(async (source, index) => {
      await sleep(index * STEP_MS, undefined, { signal: options.stop }).catch(() => null);
      if (options.stop.aborted) return null;
      const run = await followEgress(api, source, options, options.stop, options.kill);
      options.onEnd(run);
      return run;
    }),
  );
  const judged: JudgedRecording[] = [];
  for (const run of runs)
    if (run !== null && !options.stop.aborted) judged.push(await judgeRun(run, options));
  return judged;
};

const judgeRun = async (
  run: EgressRun,
  { limits, storage, forMs, kill }: RecordOptions,
): Promise<JudgedRecording> => {
  const { source, activeAtMs, stoppedAtMs } = run;
  const name = run.file ?? source.path;
  const expected = {
    // What ended early should have gone on.
    publishedMs: activeAtMs === null ? null : (stoppedAtMs ?? activeAtMs + forMs) - activeAtMs,
    kinds: source.tracks,
    codecs: null,
  };
  const own = egressDefects(run, Date.now());
  // Without a time in which it was active there is no file, which is not a further defect.
  if (storage === null || activeAtMs === null)
    return { name, facts: null, expected, egress: run, defects: own, unread: null };
  const judged = await judgeStored(storage, name, expected, limits, kill);
  return { ...judged, egress: run, defects: [...own, ...judged.defects] };
};
