import type { DrillVerdict } from '@livekit-swarm/record';
import type { Drill, ObjectiveCode } from '../drill/drill.ts';
import {
  DRILL_RESULT_SCHEMA,
  type DrillResult,
  type KnownFailureStatus,
  type RepeatOutcome,
  type RepeatResult,
  type Spread,
} from './drill-result.ts';

/** Verdicts, most severe first. */
const VERDICTS: readonly DrillVerdict[] = [
  'interrupted',
  'failed',
  'inconclusive',
  'void',
  'passed',
];

/** A drill and the results of its repeats. */
export interface DrillFacts
  extends Pick<DrillResult, 'drill' | 'deployment' | 'server' | 'startedAt' | 'repeats'> {
  /** Versions that the servers reported to participants. */
  serverVersions: ReadonlySet<string>;
}

/** Combines the results of repeats to the result of a drill. */
export const combineRepeats = ({ serverVersions, ...facts }: DrillFacts): DrillResult => {
  const { drill, repeats } = facts;
  const [serverVersion = null] = serverVersions.size === 1 ? serverVersions : [];
  const measured = repeats.filter(({ verdict }) => verdict === 'passed' || verdict === 'failed');
  // Inconclusive repeats were repeated; they do not count if enough others were measured.
  const decisive = measured.length >= drill.repeats ? measured : repeats;
  return {
    schema: DRILL_RESULT_SCHEMA,
    ...facts,
    serverVersion,
    verdict:
      VERDICTS.find((verdict) => decisive.some((repeat) => repeat.verdict === verdict)) ?? 'void',
    knownFailureStatus: statusOf(drill, measured, serverVersion),
    spread: {
      timeToRecoverP50: spreadOf(
        measured.flatMap(({ recovery }) => recovery.timeToRecover?.p50 ?? []),
      ),
      timeToRecoverMax: spreadOf(
        measured.flatMap(({ recovery }) => recovery.timeToRecover?.max ?? []),
      ),
    },
    outcomes: countOutcomes(repeats),
  };
};

/** The outcome of a repeat: its verdict; if it passed, whether media was interrupted at all. */
export const outcomeOf = ({
  verdict,
  failedObjectives,
  recovery,
}: Pick<RepeatResult, 'verdict' | 'failedObjectives' | 'recovery'>): RepeatOutcome => {
  if (verdict === 'failed') return { outcome: 'failed', failedObjectives };
  if (verdict !== 'passed') return { outcome: verdict, failedObjectives: [] };
  const outcome = recovery.subscriptionsInterrupted === 0 ? 'no_interruption' : 'recovered';
  return { outcome, failedObjectives: [] };
};

/** Key by which two outcomes are compared. */
export const outcomeKey = ({ outcome, failedObjectives }: RepeatOutcome): string =>
  [outcome, ...failedObjectives].join(' ');

const countOutcomes = (repeats: readonly RepeatResult[]): DrillResult['outcomes'] =>
  [...Map.groupBy(repeats.map(outcomeOf), outcomeKey).values()]
    .flatMap((same) => same.slice(0, 1).map((first) => ({ ...first, count: same.length })))
    .sort((a, b) => b.count - a.count || outcomeKey(a).localeCompare(outcomeKey(b)));

const statusOf = (
  { knownFailures }: Pick<Drill, 'knownFailures'>,
  repeats: readonly RepeatResult[],
  serverVersion: string | null,
): KnownFailureStatus => {
  if (knownFailures === null || repeats.length === 0) return 'none';
  const { always, sometimes } = knownFailures;
  const seen = new Set<ObjectiveCode>(repeats.flatMap(({ failedObjectives }) => failedObjectives));
  if ([...seen].some((code) => !always.includes(code) && !sometimes.includes(code)))
    return 'unexpected_failure';
  if (always.some((code) => !seen.has(code))) return 'better_than_known';
  return serverVersion === null || serverVersion === knownFailures.serverVersion
    ? 'known_failure'
    : 'none';
};

const spreadOf = (values: readonly number[]): Spread | null => {
  const sorted = [...values].sort((a, b) => a - b);
  const [min] = sorted;
  const max = sorted.at(-1);
  if (min === undefined || max === undefined) return null;
  const half = sorted.length / 2;
  const [low = min, high = max] = [sorted[Math.ceil(half) - 1], sorted[Math.floor(half)]];
  return { min, median: (low + high) / 2, max };
};
