import type { MetricName } from '@livekit-swarm/metrics';
import { formatNumber, plural } from '@livekit-swarm/settings';
import { type CallFacts, JUDGED_AFTER_MS, MOST_DELAY_MS, outcomeOf } from '@livekit-swarm/sip';
import { formatMs, formatTime } from '../format.ts';
import type { TableData } from '../text-layout.ts';
import { trendTable } from '../trend-table.ts';
import type { SipResult } from './sip-result.ts';

/** Stands in every form of the result: figures of a tool that was never run against its target. */
export const NEVER_RUN =
  "swarm sip was tested with SIPp's own answering side, and never run against livekit/sip.";

/** Calls in a list; the JSON has all. */
const MOST_CALLS = 30;

/** Sentence on the load. */
export const loadText = ({ run, callsPerSecond, concurrency }: SipResult): string => {
  const { calls, planned } = run;
  const answered = calls.filter(({ signalling }) => signalling.answeredAtMs !== null).length;
  const rate = achievedRate(run);
  const began = rate === null ? '' : ` ${formatNumber(twoDigits(rate))} began in a second,`;
  return `${formatNumber(answered)} of ${plural(calls.length, 'call')} answered${calls.length < planned ? ` (${formatNumber(planned)} planned)` : ''};${began} ${formatNumber(twoDigits(callsPerSecond))} a second requested, at most ${formatNumber(concurrency)} open.`;
};

const twoDigits = (rate: number): number => Math.round(rate * 100) / 100;

/** Calls that began in a second, from the first INVITE to the last; null: there were fewer than two. */
export const achievedRate = ({ calls }: SipResult['run']): number | null => {
  const begins = calls.map(({ signalling }) => signalling.invitedAtMs);
  const seconds = (Math.max(...begins) - Math.min(...begins)) / 1_000;
  return calls.length < 2 || seconds === 0 ? null : (calls.length - 1) / seconds;
};

/** Number of calls by outcome, most frequent first. */
export const outcomesOf = (calls: readonly CallFacts[]): [outcome: string, calls: number][] => {
  const counts = new Map<string, number>();
  for (const call of calls) counts.set(outcomeOf(call), (counts.get(outcomeOf(call)) ?? 0) + 1);
  return [...counts].toSorted(([, a], [, b]) => b - a);
};

const NAMES: Readonly<Record<string, string>> = {
  no_answer: 'no answer',
  '200': 'answered',
  '401': 'Unauthorized: the trunk wants credentials, or others',
  '403': 'Forbidden: number or address not allowed',
  '404': 'Not Found: no trunk or dispatch rule for the number',
  '407': 'Proxy Authentication Required: the trunk wants credentials, or others',
  '408': 'Request Timeout',
  '480': 'Temporarily Unavailable',
  '486': 'Busy Here',
  '487': 'Request Terminated',
  '488': 'Not Acceptable Here: no common codec',
  '500': 'Server Internal Error',
  '503': 'Service Unavailable: overload, or no free worker',
  '603': 'Decline',
};

/** A row for each outcome. */
export const outcomeTable = ({ run: { calls } }: SipResult): TableData => ({
  head: ['outcome', 'calls', 'share', ''],
  rows: outcomesOf(calls).map(([outcome, count]) => [
    outcome === 'no_answer' ? 'none' : outcome,
    formatNumber(count),
    `${formatNumber(Math.round((1_000 * count) / calls.length) / 10)} %`,
    NAMES[outcome] ?? '',
  ]),
  left: [0, 3],
});

const TIMES: readonly (readonly [MetricName, string])[] = [
  ['sip_post_dial_delay', 'INVITE to ringing'],
  ['sip_answer_time', 'INVITE to answer'],
  ['sip_room_time', 'answer to participant in the room'],
  ['sip_media_time', 'answer to first audio'],
  ['sip_voice_time', 'answer to first voice'],
  ['sip_hangup_time', 'BYE to its answer'],
  ['sip_jitter', 'jitter'],
];

/** A row for each time of which calls have a distribution. */
export const timeTable = ({ metrics }: SipResult): TableData => trendTable(metrics, TIMES);

/** Sentences on calls in which something went wrong, in the order of their numbers. */
export const findingTexts = ({ run }: SipResult): string[] => {
  const { calls, startedAtMs } = run;
  const texts = calls.flatMap((call) => {
    const problem = problemOf(call, run.followed !== null);
    if (problem === null) return [];
    const at = formatTime(Math.max(0, call.signalling.invitedAtMs - startedAtMs));
    return [`${at}: call ${call.number} to ${call.to}: ${problem}`];
  });
  const more = texts.length - MOST_CALLS;
  return more > 0
    ? [...texts.slice(0, MOST_CALLS), `${formatNumber(more)} more are in the JSON.`]
    : texts;
};

const problemOf = (call: CallFacts, isFollowed: boolean): string | null => {
  const { signalling, media, room } = call;
  if (signalling.answeredAtMs === null) {
    if (signalling.isUnheard) return 'no response';
    if (signalling.lateAnswerAtMs !== null) return 'answered after it was cancelled';
    const outcome = outcomeOf(call);
    return outcome === 'no_answer'
      ? 'not answered in time'
      : `refused with ${outcome}${NAMES[outcome] === undefined ? '' : ` (${NAMES[outcome]})`}`;
  }
  const problems = [
    ...(media?.hasAddress === false
      ? ['the other side gave no address for audio, or held the call']
      : []),
    ...(media?.packets === 0 ? ['the caller received no audio'] : []),
    ...(media !== null && media.packets > 0 && media.voiceAtMs === null
      ? ['the caller received no voice']
      : []),
    ...(signalling.end === 'remote' && signalling.referredAtMs === null
      ? ['ended by the other side']
      : []),
    ...(signalling.referredAtMs !== null && signalling.referStatus === null
      ? ['the REFER was not answered']
      : []),
    ...(signalling.referStatus !== null && signalling.referStatus >= 300
      ? [`transfer refused with ${signalling.referStatus}`]
      : []),
    ...(signalling.transferStatus !== null && signalling.transferStatus >= 300
      ? [`transfer failed with ${signalling.transferStatus}`]
      : []),
    ...(isFollowed && room === null ? ['no participant in a room'] : []),
  ];
  return problems.length === 0 ? null : problems.join('; ');
};

/** Doubts, and what the result does not show. */
export const noteTexts = ({ run, judgement }: SipResult): string[] => {
  const { generator, followed, calls } = run;
  return [
    ...(judgement.isUnreachable
      ? ['No INVITE had a response of any kind: check address, port, transport and firewall.']
      : []),
    ...(judgement.isTooShort
      ? [
          `No answered call lasted ${formatMs(JUDGED_AFTER_MS)}: audio was not judged; give a longer --hold.`,
        ]
      : []),
    ...(generator.loopDelayP99Ms > MOST_DELAY_MS
      ? [
          `This process was up to ${formatMs(generator.loopDelayP99Ms)} late (p99), ${formatMs(MOST_DELAY_MS)} are allowed: make fewer calls at once, or end what else uses the CPU.`,
        ]
      : []),
    ...(generator.portConflicts > 0
      ? [
          `The media of ${plural(generator.portConflicts, 'call')} is unknown: earlier calls on the same port were not over.`,
        ]
      : []),
    ...(followed !== null && followed.failures > 0
      ? [`The API did not answer ${followed.failures} of ${plural(followed.rounds, 'time')}.`]
      : []),
    ...(calls.some(({ media }) => media !== null && media.sendErrors > 0)
      ? ['This host could not send every packet of audio.']
      : []),
    NEVER_RUN,
  ];
};
