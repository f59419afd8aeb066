import { CONTINUITY_PROBES, type DrillLine, STATE_KINDS } from '@livekit-swarm/record';
import type { Continuity, ProbeContinuity, StateContinuity } from './recovery.ts';

type Line<Event extends DrillLine['event']> = Extract<DrillLine, { event: Event }>;
type Attempt = Line<'continuity_probed'>;
type StateLine = Line<'state_written'> | Line<'state_read'>;

/** Measures recovery time and lost state from the lines of a drill's record, in any order. */
export interface ContinuityFold {
  add(line: Attempt | StateLine): void;
  /** @param faultsAt injections, ms after the run's start */
  result(faultsAt: readonly number[]): Continuity | null;
}

export const createContinuityFold = (): ContinuityFold => {
  const attempts: Attempt[] = [];
  const written: Line<'state_written'>[] = [];
  const read: Line<'state_read'>[] = [];
  return {
    add: (line) => {
      if (line.event === 'continuity_probed') attempts.push(line);
      else if (line.event === 'state_written') written.push(line);
      else read.push(line);
    },
    result: (faultsAt) => {
      if (attempts.length === 0 && written.length === 0 && read.length === 0) return null;
      attempts.sort((a, b) => a.at - b.at);
      const probes = CONTINUITY_PROBES.flatMap((probe) => {
        const own = attempts.filter((attempt) => attempt.probe === probe);
        return own.length === 0 ? [] : [continuityOfProbe(probe, own, faultsAt)];
      });
      const worksAgain = probes.map(({ worksAgainMs }) => worksAgainMs);
      return {
        probes,
        state: STATE_KINDS.flatMap((kind) => stateOf(kind, written, read)),
        rtoMs:
          probes.length === 0 || worksAgain.includes(null)
            ? null
            : Math.max(...worksAgain.map((ms) => ms ?? 0)),
        rpoMs: rpoOf(
          read.find(({ kind }) => kind === 'mark'),
          attempts.filter(({ probe }) => probe === 'api'),
        ),
      };
    },
  };
};

/** Records that are no longer there; marks are counted in the RPO. */
export const stateLost = ({ state }: Continuity): number | null => {
  const records = state.filter(({ kind, failure }) => kind !== 'mark' && failure === null);
  return records.length === 0 ? null : records.reduce((sum, { lost }) => sum + lost, 0);
};

const continuityOfProbe = (
  probe: ProbeContinuity['probe'],
  attempts: readonly Attempt[],
  faultsAt: readonly number[],
): ProbeContinuity => {
  const firstAt = Math.min(...faultsAt, Number.POSITIVE_INFINITY);
  const failed = attempts.filter(({ at, failure }) => failure !== null && at >= firstAt);
  // Of several faults, the last one before the outage caused it.
  const outageAt = failed[0]?.at ?? 0;
  const since = Math.max(0, ...faultsAt.filter((at) => at <= outageAt));
  const lastAt = failed.at(-1)?.at;
  // A success is known when the attempt ends: it may have waited for the recovery.
  const succeededAt = attempts.flatMap(({ at, tookMs, failure }) =>
    lastAt !== undefined && failure === null && at > lastAt ? [at + tookMs] : [],
  );
  return {
    probe,
    attempts: attempts.length,
    failed: attempts.filter(({ failure }) => failure !== null).length,
    firstFailureMs: failed[0] === undefined ? null : failed[0].at - since,
    worksAgainMs:
      lastAt === undefined ? 0 : succeededAt.length === 0 ? null : Math.min(...succeededAt) - since,
    failure: mostFrequent(failed.flatMap(({ failure }) => failure ?? [])),
  };
};

const mostFrequent = (texts: readonly string[]): string | null => {
  const counts = [...Map.groupBy(texts, (text) => text)].sort(
    ([, a], [, b]) => b.length - a.length,
  );
  return counts[0]?.[0] ?? null;
};

const stateOf = (
  kind: StateContinuity['kind'],
  writtenLines: readonly Line<'state_written'>[],
  readLines: readonly Line<'state_read'>[],
): StateContinuity[] => {
  const written = writtenLines.find((line) => line.kind === kind);
  const read = readLines.find((line) => line.kind === kind);
  if (read !== undefined) {
    const { lost, changed, returned } = read;
    const failure = read.failure ?? written?.failure ?? null;
    return [{ kind, written: read.written, lost, changed, returned, failure }];
  }
  if (written === undefined) return [];
  const failure = written.failure ?? 'the drill ended before it was read';
  return [{ kind, written: written.written, lost: 0, changed: 0, returned: 0, failure }];
};

/**
 * Time from the oldest lost mark to the first failed call after it, ms; without a failed call, to
 * the newest lost mark.
 */
const rpoOf = (
  marks: Line<'state_read'> | undefined,
  calls: readonly Attempt[],
): Continuity['rpoMs'] => {
  if (marks === undefined || marks.failure !== null) return null;
  const { lostFromAt, lostToAt } = marks;
  if (lostFromAt === null || lostToAt === null) return 0;
  const outage = calls.find(({ at, failure }) => failure !== null && at >= lostFromAt);
  return Math.max(0, Math.round((outage?.at ?? lostToAt) - lostFromAt));
};
