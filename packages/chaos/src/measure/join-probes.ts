import type { Window } from '@livekit-swarm/metrics';
import type { ParticipantLine } from '@livekit-swarm/record';
import type { ConnectionHistory } from './connections.ts';
import type { JoinProbeResult } from './recovery.ts';

/** Who tried to come while the drill went on, and whom they found. */
export const joinProbeResults = (
  newcomers: readonly ConnectionHistory[],
  crowd: readonly ConnectionHistory[],
  results: ReadonlyMap<string, ParticipantLine>,
  windows: readonly Window[],
): JoinProbeResult[] => {
  const known = new Set(crowd.map(({ room }) => room));
  return newcomers
    .flatMap((person): JoinProbeResult[] => {
      const result = results.get(person.identity);
      if (result === undefined) return [];
      const { joinAtMs, joinTimeMs, outcome, reason, remoteParticipants = 0, tracks } = result;
      const heard = new Set(
        tracks.flatMap(({ direction, publisher, packets }) =>
          direction === 'down' && publisher !== undefined && packets > 0 ? [publisher] : [],
        ),
      );
      const here = (other: ConnectionHistory): boolean =>
        other.room === person.room && other !== person && wasThere(other, person);
      const expectedParticipants = crowd.filter(here).length;
      const companions = newcomers.filter(
        (other) =>
          other.room === person.room && speaks(results.get(other.identity)) && met(other, person),
      );
      return [
        {
          identity: person.identity,
          room: person.room,
          newRoom: !known.has(person.room),
          window:
            WINDOWS.findLast((name) =>
              windows.some((one) => one.name === name && one.fromMs <= joinAtMs),
            ) ?? 'baseline',
          scheduledAtMs: joinAtMs,
          joinTimeMs,
          failure: joinTimeMs === null ? (reason ?? outcome) : null,
          remoteParticipants,
          expectedParticipants,
          receivingFrom: heard.size,
          publishing: expectedParticipants + companions.length,
        },
      ];
    })
    .sort((a, b) => a.scheduledAtMs - b.scheduledAtMs);
};

/** While the newcomer was, from its first moment to its last. */
const wasThere = (other: ConnectionHistory, newcomer: ConnectionHistory): boolean => {
  const from = newcomer.joinedAt;
  if (from === null || other.joinedAt === null || other.joinedAt > from) return false;
  const to = newcomer.leftAt ?? from;
  if (other.leftAt !== null && other.leftAt < to) return false;
  return !other.disconnections.some(
    ({ state, fromAt, toAt }) =>
      state === 'disconnected' && fromAt < to && (toAt ?? Number.POSITIVE_INFINITY) > from,
  );
};

const speaks = (result: ParticipantLine | undefined): boolean =>
  result?.tracks.some(({ direction, kind }) => direction === 'up' && kind !== 'data') ?? false;

/** Those who come and go together are together for a moment less than their stay. */
const TOGETHER_MS = 1_500;

const met = (other: ConnectionHistory, person: ConnectionHistory): boolean => {
  if (other === person || other.joinedAt === null || person.joinedAt === null) return false;
  const from = Math.max(other.joinedAt, person.joinedAt);
  return Math.min(other.leftAt ?? from, person.leftAt ?? from) - from >= TOGETHER_MS;
};

/** As `scenarioOfDrill` names them, in their order. */
const WINDOWS = ['baseline', 'fault', 'recovery'] as const;
