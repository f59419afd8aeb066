import type {
  AlertSpan,
  DrillResult,
  Recovery,
  RepeatResult,
  RepeatVerdict,
  WayBack,
} from '@livekit-swarm/chaos';
import { isBrokenOff, isNotHealed, isWhole, sayAim } from '@livekit-swarm/chaos';
import type { DrillFault } from '@livekit-swarm/chaos/drill';
import { drillTimes } from '@livekit-swarm/chaos/drill';
import { formatNumber, plural } from '@livekit-swarm/settings';
import { shorten } from '../format.ts';
import { sayParams } from './format-params.ts';

export const VERDICT_MARKS: Readonly<Record<RepeatVerdict, string>> = {
  passed: '✓',
  failed: '✗',
  inconclusive: '?',
  void: '?',
  interrupted: '?',
};

/** A sentence of its own. */
export const capital = (words: string): string =>
  `${words.charAt(0).toUpperCase()}${words.slice(1)}`;

/** `PASSED`, `FAILED`, `FAILED AS KNOWN`: for titles, in small letters. */
export const verdictWords = ({
  verdict,
  knowledge,
}: Pick<DrillResult, 'verdict' | 'knowledge'>): string => {
  if (verdict === 'failed' && knowledge === 'as-known') return 'failed as known';
  return verdict === 'passed' && knowledge === 'better' ? 'passed, better than known' : verdict;
};

/** What a result means beside what is known of the server; null: nothing to say. */
export const knowledgeSentence = ({
  knowledge,
  drill,
  serverVersion,
}: DrillResult): string | null => {
  const { known } = drill;
  if (known === null) return null;
  const server = `livekit-server ${serverVersion ?? 'of unknown version'}`;
  switch (knowledge) {
    case 'none':
      return null;
    case 'as-known':
      return `as livekit-server ${known.server} is known to do: ${known.because}`;
    case 'better':
      return `better than known: livekit-server ${known.server} fails with ${known.fails.join(', ')}, ${server} did not in ${plural(drill.repeats, 'repeat')}`;
    case 'otherwise':
      return `otherwise than known: livekit-server ${known.server} fails with ${[...known.fails, ...known.sometimes].join(', ')}`;
  }
};

const WAYS: readonly (readonly [WayBack, string])[] = [
  ['none-needed', 'kept their connection'],
  ['resume', 'resumed'],
  ['reconnect', 'reconnected in full'],
  ['rejoin', 'joined anew'],
  ['never', 'never came back'],
];

/** `28 kept their connection, 12 reconnected in full`. Who was away when a drill was interrupted might have come back. */
export const waysSentence = (
  repeat: Pick<RepeatResult, 'recovery' | 'verdict' | 'reasons'>,
): string =>
  WAYS.flatMap(([way, words]) => {
    const count = repeat.recovery.participants.filter(
      (participant) => participant.way === way,
    ).length;
    return count === 0
      ? []
      : [`${count} ${way === 'never' && !isWhole(repeat) ? 'had not come back yet' : words}`];
  }).join(', ');

/** A fault that was injected, with what it was told: `packet-loss (2 %, udp)`. Its record names it; what it was told stands in its drill. */
export const injectedWords = (
  { fault, target, at }: Pick<Recovery['faults'][number], 'fault' | 'target' | 'at'>,
  { drill }: Pick<DrillResult, 'drill'>,
): string => {
  const { zeroMs } = drillTimes(drill);
  const late = ({ atMs }: DrillFault): number => Math.abs(zeroMs + atMs - at);
  const [due] = drill.faults
    .filter((one) => one.fault === fault && sayAim(one.aim) === target)
    .sort((a, b) => late(a) - late(b));
  const told = due === undefined ? '' : sayParams(due);
  return told === '' ? fault : `${fault} (${told})`;
};

/** When a fault was taken back. Null: not while it was recorded, as with those that last to the end, unless the drill was killed. @param format of a time */
export const healedWords = (
  healedAt: number | null,
  repeat: Pick<RepeatResult, 'reasons'>,
  format: (at: number) => string,
): string => {
  if (healedAt !== null) return `healed at ${format(healedAt)}`;
  return isBrokenOff(repeat) || isNotHealed(repeat)
    ? 'not healed as far as its record goes'
    : 'healed when it was over';
};

/** What the application's own joining anew was worth; null: it did not come to that. */
export const rejoinSentence = ({ recovery }: Pick<RepeatResult, 'recovery'>): string | null => {
  const rejoined = recovery.participants.filter(({ way }) => way === 'rejoin').length;
  return rejoined === 0
    ? null
    : `${plural(rejoined, 'participant')} came back only as the application joined anew: with "recovery: sdk" they would have stayed away`;
};

/** Participants that were told they are back, and whose media did not come back. */
export const falseClaims = ({ recovery }: Pick<RepeatResult, 'recovery'>): number =>
  recovery.participants.filter(
    ({ claims, recoveredAfterMs }) => claims > 0 && recoveredAfterMs === null,
  ).length;

/** How long something took, always with as many digits as tell two drills apart: `640 ms`, `8.63 s`, `10.4 s`, `134 s`. */
export const formatTook = (ms: number | null): string => {
  if (ms === null) return '–';
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  const seconds = ms / 1_000;
  return seconds < 99.95
    ? `${seconds.toFixed(seconds < 9.995 ? 2 : 1)} s`
    : `${formatNumber(Math.round(seconds))} s`;
};

export const formatGap = (ms: number | null): string =>
  ms === null ? 'never ended' : ms === 0 ? 'none' : formatTook(ms);

/** `84 of 120 pairs fell silent, 52 came back: half within 8.63 s, 95 % within 10.0 s, the last after 10.4 s; 32 never did` */
export const recoverySentence = ({ rto, pairs, pairsHit, neverRecovered }: Recovery): string => {
  if (pairsHit === 0)
    return pairs.length === 0 ? 'nobody was there to be heard' : 'nobody fell silent';
  const silent = `${formatNumber(pairsHit)} of ${plural(pairs.length, 'pair')} fell silent`;
  if (rto === null) return `${silent}, and none came back`;
  const back = neverRecovered === 0 ? 'all' : formatNumber(pairsHit - neverRecovered);
  const never = neverRecovered === 0 ? '' : `; ${formatNumber(neverRecovered)} never did`;
  return `${silent}, ${back} came back: half within ${formatTook(rto.p50)}, 95 % within ${formatTook(rto.p95)}, the last after ${formatTook(rto.max)}${never}`;
};

/** Whether there is something to hold objectives against: where nothing was done, or not to the end, none was reached or missed. */
export const isJudged = ({ verdict }: Pick<RepeatResult, 'verdict'>): boolean =>
  verdict !== 'void' && verdict !== 'interrupted';

/** Names in a sentence: as many as anybody reads. */
export const someOf = (names: readonly string[], most = 8): string => {
  const shown = names.slice(0, most).map((name) => shorten(name, LONGEST_NAME));
  return names.length > most
    ? `${shown.join(', ')} and ${plural(names.length - most, 'more', 'more')}`
    : shown.join(', ');
};

const LONGEST_NAME = 48;

/** `{a-1, a-2} {a-3, a-4}`, or how large they are where there are too many to name. */
export const sayIslands = (islands: readonly (readonly string[])[]): string => {
  const people = islands.reduce((sum, { length }) => sum + length, 0);
  if (people <= MOST_NAMED)
    return islands.map((island) => `{${someOf(island, MOST_NAMED)}}`).join(' ');
  const sizes = islands.slice(0, MOST_NAMED).map(({ length }) => formatNumber(length));
  return `${plural(islands.length, 'circle')} of ${sizes.join(', ')}${islands.length > MOST_NAMED ? ', …' : ''} people`;
};

const MOST_NAMED = 16;

/** `livekit-1 serves again 6.2 s after it was deleted: gone after 2.3 s, placed after 2.5 s, running after 3.1 s` */
export const sayComeback = ({
  member,
  successor,
  readyMs,
  ...steps
}: Recovery['comebacks'][number]): string => {
  const named = successor === member ? '' : `, as ${successor}`;
  const seen = (
    [
      ['gone', steps.terminatedMs],
      ['placed', steps.scheduledMs],
      ['running', steps.runningMs],
    ] as const
  ).flatMap(([step, ms]) => (ms === null ? [] : [`${step} after ${formatTook(ms)}`]));
  const how = seen.length === 0 ? '' : `: ${seen.join(', ')}`;
  return `${member} serves again ${formatTook(readyMs)} after it was told to end${named}${how}`;
};

/** `alert LiveKitNodeDown after 31.2 s, over after 66.7 s`. @param since of the first fault, ms after the run's start */
export const sayAlert = ({ name, fromAt, toAt }: AlertSpan, since: number): string => {
  const began = fromAt < since ? 'fired before' : `after ${formatTook(fromAt - since)}`;
  const ended =
    toAt === null
      ? 'not over at the end'
      : toAt < since
        ? 'and was over'
        : `over after ${formatTook(toAt - since)}`;
  return `alert ${name} ${began}, ${ended}`;
};
