import type { HealthCode } from '@livekit-swarm/analysis';
import { healthText, measuredOf } from '@livekit-swarm/report';
import type { RunResult } from '@livekit-swarm/runner';
import type { Drill, FailedProbe } from '../drill/drill.ts';
import type { Played } from '../execute/fault-schedule.ts';
import type { RepeatResult } from './drill-result.ts';
import { type Finding, findingsOf } from './evaluate-objectives.ts';
import type { Recovery } from './recovery.ts';

/** What kept a drill from being carried out as it was meant: it tells nothing, or it did more harm than it may. */
export interface Failure {
  what: 'void' | 'aborted';
  message: string;
}

export interface RepeatFacts {
  drill: Drill;
  recovery: Recovery;
  played: Played;
  /** Null: it was carried out as it was meant. */
  failure: Failure | null;
  interrupted: boolean;
  run: Pick<RunResult, 'judgement'>;
}

/**
 * Judges one time that a drill was carried out. In this order: a drill that was interrupted tells nothing; one in which nothing was injected (or something could
 * not be), or whose deployment was taken away, is void; one that ended itself because it did too much harm has failed; where the generator suffered nothing is certain; then objectives and
 * thresholds count.
 */
export const judgeRepeat = ({
  drill,
  recovery,
  played,
  failure,
  interrupted,
  run,
}: RepeatFacts): Pick<
  RepeatResult,
  'verdict' | 'reasons' | 'failing' | 'findings' | 'thresholds'
> => {
  const findings = findingsOf(drill, recovery);
  const thresholds = run.judgement.thresholds.filter(({ source }) => source === 'user');
  const missed = findings.filter(({ ok }) => !ok);
  const crossed = thresholds.filter(({ ok }) => ok === false);
  const unmeasured = thresholds.filter(({ ok }) => ok === null);
  const failing = [
    ...new Set<FailedProbe>([
      ...missed.map((finding) => finding.failing),
      ...(crossed.length > 0 ? ['thresholds' as const] : []),
    ]),
  ].sort();
  const sentences = [
    ...missed.map(missedSentence),
    ...crossed.map(
      (result) => `${result.metric} was ${measuredOf(result)}, asked for ${result.expression}`,
    ),
  ];
  const conclude = (verdict: RepeatResult['verdict'], reasons: string[]) => ({
    verdict,
    reasons,
    failing,
    findings,
    thresholds,
  });

  if (interrupted)
    return conclude('interrupted', ['it was interrupted; what had been injected was healed']);
  if (failure !== null && (failure.what === 'void' || recovery.faults.length === 0))
    return conclude('void', [failure.message]);
  if (failure !== null) return conclude('failed', [`aborted: ${failure.message}`, ...sentences]);
  if (played.skipped.length > 0)
    return conclude(
      'void',
      played.skipped.map((why) => `not available here: ${why}`),
    );
  const suffered = run.judgement.health
    .filter(({ code }) => drill.thresholds.length > 0 || DISTURBS_SILENCES.has(code))
    .map(healthText);
  if (suffered.length > 0) return conclude('inconclusive', [...suffered, ...sentences]);
  if (sentences.length > 0) return conclude('failed', sentences);
  const unknown = [
    ...unmeasured.map(({ metric }) => `${metric} was never measured`),
    ...(drill.objectives.ghosts !== null && recovery.ghosts === null ? [GHOSTS_UNKNOWN] : []),
  ];
  if (unknown.length > 0) return conclude('inconclusive', unknown);
  return conclude('passed', []);
};

const GHOSTS_UNKNOWN =
  'whether there were ghost rooms at the end is not known: Redis did not answer';

/**
 * What a drill measures are silences of half a second and more. What makes jitter, latency and loss doubtful (packets that left 20 ms late, a buffer that
 * overflowed) does not touch them, and counts where thresholds ask for such figures.
 */
const DISTURBS_SILENCES: ReadonlySet<HealthCode> = new Set<HealthCode>([
  'worker_died',
  'tick_lateness',
  'event_loop_lag',
  'host_saturated',
  'no_samples',
]);

const missedSentence = ({ objective, asked, found }: Finding): string =>
  `${OBJECTIVES[objective]}: ${found}, asked for ${asked}`;

/** For people. */
export const OBJECTIVES: Readonly<Record<Finding['objective'], string>> = {
  rtoP50Ms: 'recovery time, median',
  rtoP95Ms: 'recovery time, p95',
  rtoMaxMs: 'recovery time, worst',
  neverRecovered: 'pairs that never heard each other again',
  roomsLost: 'rooms lost',
  splitBrain: 'rooms in split brain',
  controlGapMs: 'longest silence in a control room',
  newcomersIn: 'newcomers who got in',
  newcomersBlind: 'newcomers who did not find everybody, after recovery',
  ghosts: 'ghost rooms',
  disconnected: 'participants disconnected',
  alertsWithinMs: 'alerts',
};
