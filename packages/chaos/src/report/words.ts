import { formatMs, plural } from '@livekit-swarm/report';
import type { DrillResult, RepeatResult, RepeatVerdict } from '../measure/drill-result.ts';
import type { Recovery, WayBack } from '../measure/recovery.ts';

export const VERDICT_MARKS: Readonly<Record<RepeatVerdict, string>> = {
  passed: '✓',
  failed: '✗',
  inconclusive: '?',
  void: '?',
  interrupted: '?',
};

/** `PASSED`, `FAILED`, `FAILED AS KNOWN`: for titles, in small letters. */
export const verdictWords = ({ verdict, knowledge }: Pick<DrillResult, 'verdict' | 'knowledge'>): string => {
  if (verdict === 'failed' && knowledge === 'as-known') return 'failed as known';
  return verdict === 'passed' && knowledge === 'better' ? 'passed, better than known' : verdict;
};

/** What a result means beside what is known of the server; null: nothing to say. */
export const knowledgeSentence = ({ knowledge, drill, serverVersion }: DrillResult): string | null => {
  const { known } = drill;
  if (known === null || knowledge === 'none') return null;
  const server = `livekit-server ${serverVersion ?? 'of unknown version'}`;
  switch (knowledge) {
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

/** `28 kept their connection, 12 reconnected in full`. */
export const waysSentence = ({ recovery }: Pick<RepeatResult, 'recovery'>): string =>
  WAYS.flatMap(([way, words]) => {
    const count = recovery.participants.filter((participant) => participant.way === way).length;
    return count === 0 ? [] : [`${count} ${words}`];
  }).join(', ');

/** What the application's own joining anew was worth; null: it did not come to that. */
export const rejoinSentence = ({ recovery }: Pick<RepeatResult, 'recovery'>): string | null => {
  const rejoined = recovery.participants.filter(({ way }) => way === 'rejoin').length;
  return rejoined === 0
    ? null
    : `${plural(rejoined, 'participant')} came back only as the application joined anew: with "recovery: sdk" they would have stayed away`;
};

/** Participants that were told they are back, and whose media did not come back. */
export const falseClaims = ({ recovery }: Pick<RepeatResult, 'recovery'>): number =>
  recovery.participants.filter(({ claims, recoveredAfterMs }) => claims > 0 && recoveredAfterMs === null).length;

export const formatGap = (ms: number | null): string => (ms === null ? 'never ended' : ms === 0 ? 'none' : formatMs(ms));

/** `livekit-1 serves again 6.2 s after it was deleted: gone after 2.3 s, placed after 2.5 s, running after 3.1 s` */
export const sayComeback = ({ member, successor, servingMs, ...steps }: Recovery['comebacks'][number]): string => {
  const named = successor === member ? '' : `, as ${successor}`;
  const seen = (
    [
      ['gone', steps.goneMs],
      ['placed', steps.placedMs],
      ['running', steps.runningMs],
    ] as const
  ).flatMap(([step, ms]) => (ms === null ? [] : [`${step} after ${formatMs(ms)}`]));
  const how = seen.length === 0 ? '' : `: ${seen.join(', ')}`;
  return `${member} serves again ${formatMs(servingMs)} after it was told to end${named}${how}`;
};
