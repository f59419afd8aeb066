import { formatThreshold, holds, type Threshold } from '@livekit-swarm/metrics';
import type { EndLine } from '@livekit-swarm/record';
import { EXIT_CODES, type ExitCode } from '@livekit-swarm/settings';
import type { InterimSummary, Summary } from '../summary/summary.ts';
import type { SourcedThreshold } from './default-thresholds.ts';
import { assessGenerator, type HealthFinding } from './generator-health.ts';
import {
  crossedSentence,
  evaluate,
  type ThresholdResult,
  unmeasuredSentence,
} from './threshold-result.ts';

export type { ThresholdResult } from './threshold-result.ts';

export type Verdict = 'passed' | 'failed' | 'inconclusive';

export interface Judgement {
  verdict: Verdict;
  exitCode: ExitCode;
  thresholds: ThresholdResult[];
  /** Why the verdict is what it is, most important first; empty when everything held. */
  reasons: string[];
  /** What the generator did to its own measurement. */
  health: HealthFinding[];
}

/**
 * Refusals in the server's own words: however slow we were, we cannot have caused them (`server_full`: 503, the node is at its configured limit).
 * Timing out and being kicked are not among them: a generator that starves itself does that.
 */
const REFUSALS: ReadonlySet<string> = new Set([
  'unauthorized',
  'forbidden',
  'room_not_found',
  'server_full',
  'room_full',
]);
/** When this is all that anybody heard, there was no deployment to test. */
const UNREACHABLE: ReadonlySet<string> = new Set([
  ...REFUSALS,
  'unreachable',
  'not_livekit',
  'tls',
  'bad_url',
  'bad_gateway',
]);

/**
 * Judges a run. In this order:
 *
 * 1. What a suffering generator cannot have caused is a failure whatever else happened: the server process died, the joins it refused in words
 *    cross a threshold on `join_failures` by themselves, or a threshold with `abortOnFail` ended the run while the generator was well. When nobody at
 *    all got in, because of refusals or without any fault of ours, the deployment was unreachable or refused us (exit 3).
 * 2. When the generator damaged its measurement: inconclusive, even where thresholds were crossed, and even where all held.
 * 3. A crossed threshold: failed.
 * 4. A threshold on something never measured, participants without a result, or a run cut short: inconclusive. Never passed.
 * 5. Everything held: passed.
 *
 * An interrupted run is judged by what there is, and exits with 130 whatever the verdict.
 */
export const judge = (summary: Summary, thresholds: readonly SourcedThreshold[]): Judgement => {
  const results = thresholds.flatMap((sourced) => evaluate(summary, sourced));
  const health = assessGenerator(summary);
  const suffered = health.map(({ sentence }) => sentence);
  const ended = endedBy(summary, thresholds);
  const certain = certainFailures(summary, thresholds);
  const crossed = results
    .filter(({ ok, threshold }) => ok === false && threshold !== ended?.threshold)
    .map(crossedSentence);
  const gaps = gapsOf(summary, results);
  const conclude = (
    verdict: Verdict,
    reasons: string[],
    exitCode: ExitCode = EXIT_CODES[verdict].code,
  ): Judgement => ({
    verdict,
    exitCode: summary.end?.reason === 'interrupted' ? EXIT_CODES.interrupted.code : exitCode,
    thresholds: results,
    reasons,
    health,
  });

  if (refusedEverybody(summary))
    return conclude('failed', [refusedSentence(summary), ...suffered], EXIT_CODES.unreachable.code);
  const cause = ended === null ? [] : [ended.sentence];
  if (certain.length > 0)
    return conclude('failed', [...cause, ...certain, ...crossed, ...suffered]);
  if (nobodyGotIn(summary) && suffered.length === 0) {
    return conclude('failed', [nobodySentence(summary), ...cause], EXIT_CODES.unreachable.code);
  }
  // That windows were not reached, and the like, is what was wanted.
  if (cause.length > 0) return conclude('failed', [...cause, ...crossed, ...suffered]);
  if (suffered.length > 0)
    return conclude('inconclusive', [...suffered, ...crossed.map(doubted), ...gaps]);
  if (crossed.length > 0) return conclude('failed', [...crossed, ...gaps]);
  if (gaps.length > 0) return conclude('inconclusive', gaps);
  return conclude('passed', []);
};

/**
 * What a threshold with `abortOnFail` has to say to a run that goes on: the first that is crossed now, and what makes that doubtful. A crossing that the
 * generator may have caused itself ends nothing, unless it is certain: see `judge`. Nothing is crossed of which nothing was measured.
 * @param elapsedMs since the run's start
 */
export const abortCause = (
  interim: InterimSummary,
  thresholds: readonly SourcedThreshold[],
  elapsedMs: number,
): { result: ThresholdResult; doubts: HealthFinding[] } | null => {
  const due = thresholds.filter(
    ({ threshold: { abortOnFail } }) => abortOnFail !== null && elapsedMs >= abortOnFail.afterMs,
  );
  const results = due
    .flatMap((sourced) => evaluate(interim, sourced))
    .filter(({ ok }) => ok === false);
  const [result] = results;
  if (result === undefined) return null;
  const certain = due.find((sourced) => certainFailures(interim, [sourced]).length > 0)?.threshold;
  const sure = results.find(({ threshold }) => threshold === certain);
  return sure === undefined
    ? { result, doubts: assessGenerator(interim) }
    : { result: sure, doubts: [] };
};

/** Only while it is still among those that count: a record can be judged anew by others. */
const endedBy = (
  summary: Summary,
  thresholds: readonly SourcedThreshold[],
): { threshold: Threshold; sentence: string } | null => {
  const cause = summary.end?.reason === 'threshold' ? summary.endedBy : null;
  const found = thresholds.find(({ threshold }) => formatThreshold(threshold) === cause?.threshold);
  if (cause === null || found === undefined) return null;
  const when = `${(cause.at / 1_000).toFixed(1)} s into the run`;
  return {
    threshold: found.threshold,
    sentence: `${cause.sentence.replace(/\.$/, '')}, ${when}, which ended it.`,
  };
};

const failuresOf = ({ joins }: Pick<InterimSummary, 'joins'>, words: ReadonlySet<string>): number =>
  joins.failureReasons.reduce((sum, { reason, count }) => sum + (words.has(reason) ? count : 0), 0);

const nobodyGotIn = ({ joins }: Summary): boolean => joins.joined === 0 && joins.failed > 0;

/** As when a firewall lets signalling through, and no media. */
const nobodySentence = ({ joins }: Summary): string => {
  const [first] = joins.failureReasons;
  return `Nobody got in: ${first?.count ?? 0} of ${joins.failed} joins failed with ${first?.reason ?? 'no reason given'}${first?.message ? ` (${first.message})` : ''}.`;
};

const refusedEverybody = (summary: Summary): boolean =>
  nobodyGotIn(summary) && failuresOf(summary, UNREACHABLE) === summary.joins.failed;

const refusedSentence = ({ joins }: Summary): string => {
  const [first] = joins.failureReasons;
  return `Nobody got in: the deployment was unreachable or refused all ${joins.failed} joins (${first?.message ?? first?.reason ?? 'no reason given'}).`;
};

const certainFailures = (
  summary: Pick<InterimSummary, 'joins' | 'end'>,
  thresholds: readonly SourcedThreshold[],
): string[] => {
  const sentences: string[] = [];
  if (summary.end?.reason === 'server_died') {
    sentences.push(
      `The server died ${(summary.end.at / 1_000).toFixed(1)} s into the run; its log is beside the record.`,
    );
  }
  const refused = failuresOf(summary, REFUSALS);
  const tried = summary.joins.joined + summary.joins.failed;
  // Only a threshold on everybody: what share of a role was refused is not kept.
  const tooMany = thresholds.some(
    ({ threshold: { metric, selector, window, aggregation, operator, limit } }) =>
      metric === 'join_failures' &&
      window === null &&
      Object.keys(selector).length === 0 &&
      refused > 0 &&
      !holds(aggregation.type === 'count' ? refused : refused / tried, operator, limit),
  );
  if (tooMany)
    sentences.push(
      `The server refused ${refused} of ${tried} joins in words (${refusalWords(summary)}).`,
    );
  return sentences;
};

const refusalWords = ({ joins }: Pick<InterimSummary, 'joins'>): string =>
  joins.failureReasons
    .filter(({ reason }) => REFUSALS.has(reason))
    .map(({ reason, count }) => `${reason} ${count}`)
    .join(', ');

const doubted = (sentence: string): string =>
  `${sentence.slice(0, -1)}, but that may be our own doing.`;

/** Ends that leave nothing unsaid, or are judged by themselves. */
const COMPLETE: ReadonlySet<EndLine['reason']> = new Set(['finished', 'ended', 'server_died']);

/** What keeps a run from being called passed although nothing was crossed. */
const gapsOf = ({ joins, end, plan }: Summary, results: ThresholdResult[]): string[] => {
  const sentences = results.filter(({ ok }) => ok === null).map(unmeasuredSentence);
  if (results.length === 0) sentences.push('There was no threshold to judge by.');
  if (joins.unaccounted > 0)
    sentences.push(
      `${joins.unaccounted} of ${joins.planned} participants have no result in the record.`,
    );
  if (end === null) sentences.push('The record breaks off before the end of the run.');
  if (end !== null && !COMPLETE.has(end.reason)) {
    const planned = plan.endAtMs / 1_000;
    sentences.push(
      `The run was cut short (${end.reason}) after ${(end.at / 1_000).toFixed(1)} s of ${planned.toFixed(1)} s.`,
    );
  }
  return sentences;
};
