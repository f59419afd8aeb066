import type { FailureReason, Reason, VerdictDecision } from '@livekit-swarm/analysis';
import { formatNumber } from '@livekit-swarm/settings';
import { describeConclusion } from './comparison.ts';
import {
  type AdviceContext,
  adviceContextOf,
  crossedText,
  crossingText,
  healthAdvice,
  healthText,
  restrictionOf,
  thresholdName,
} from './limits.ts';

/** The reasons of a verdict as sentences, in their order. */
export const reasonTexts = ({
  summary,
  decision,
}: {
  summary: Parameters<typeof adviceContextOf>[0];
  decision: Pick<VerdictDecision, 'reasons'>;
}): string[] => decision.reasons.map((reason) => reasonText(reason, adviceContextOf(summary)));

/** One reason as one or two sentences. */
export const reasonText = (reason: Reason, context: AdviceContext): string => {
  switch (reason.code) {
    case 'deployment_unreachable':
      return `No participant joined: the deployment was unreachable or rejected all ${formatNumber(reason.failed)} joins (${reason.failure?.message ?? reason.failure?.reason ?? 'no reason given'})${hintText(reason.failure)}.`;
    case 'no_participant_joined':
      return `No participant joined: ${formatNumber(reason.failure?.count ?? 0)} of ${formatNumber(reason.failed)} joins failed (${failureText(reason.failure)})${hintText(reason.failure)}.`;
    case 'server_died':
      return `The server died ${secondsOf(reason.at)} into the run. See its log next to the record.`;
    case 'joins_rejected':
      return `${reason.byReason.some(({ reason: code }) => code === 'bad_gateway') ? 'A proxy without a server behind it, or the server, rejected' : 'The server rejected'} ${formatNumber(reason.rejected)} of ${formatNumber(reason.attempted)} joins (${reason.byReason.map(({ reason: code, count }) => `${formatNumber(count)} ${code}`).join(', ')}).`;
    case 'run_aborted':
      return `${crossingText(reason.threshold)}; this ended the run after ${secondsOf(reason.threshold.at)}.`;
    case 'threshold_crossed':
      return `${crossedText(reason.result)}${reason.mayBeCausedByGenerator ? ` (${MAY_BE_CAUSED_BY_GENERATOR})` : ''}.`;
    case 'threshold_not_measured':
      return `${thresholdName(reason.result)} was not measured: ${NOT_MEASURED[reason.cause]}.`;
    case 'threshold_not_judged':
      return restrictionOf(reason.result) ?? '';
    case 'generator_impaired': {
      const advice = healthAdvice(reason.finding, context);
      return `${healthText(reason.finding)}${advice === null ? '' : ` ${advice}`}`;
    }
    case 'impaired_at_times':
      return `The load generator was impaired for ${secondsOf(reason.ms)} of ${secondsOf(reason.totalMs)} (${reason.codes.join(', ')}); without that time, no threshold is known to be crossed.`;
    case 'no_thresholds':
      return 'No thresholds were defined.';
    case 'participants_unaccounted':
      return `${formatNumber(reason.unaccounted)} of ${formatNumber(reason.planned)} participants have no result in the record.`;
    case 'record_truncated':
      return 'The record is truncated: the end of the run is missing.';
    case 'run_cut_short':
      return `The run ended early (${reason.cause}) after ${secondsOf(reason.at)} of ${secondsOf(reason.plannedMs)}.`;
    case 'baseline_regression':
    case 'baseline_inconclusive':
      return `Compared with the baseline: ${describeConclusion(reason.comparison)}`;
  }
};

export const MAY_BE_CAUSED_BY_GENERATOR = 'may be caused by the load generator';

const NOT_MEASURED = {
  nothing_measured: 'the run has no values',
  no_stage: 'no stage of the run has values',
  no_window: 'the run has no such window',
} as const;

const failureText = (failure: FailureReason | null): string =>
  failure === null
    ? 'no reason given'
    : `${failure.reason}${failure.message === null ? '' : `: ${failure.message}`}`;

const hintText = (failure: FailureReason | null): string =>
  failure?.hint == null ? '' : `: ${failure.hint}`;

/** `12.3 s`. */
const secondsOf = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;
