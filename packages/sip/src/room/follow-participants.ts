import { setTimeout as sleep } from 'node:timers/promises';
import { type ParticipantInfo, ParticipantInfo_Kind } from '@livekit/protocol';
import { type ApiTarget, eachAtOnce, isGone, roomServiceOf } from '@livekit-swarm/livekit';
import { isUsageError, usageError } from '@livekit-swarm/settings';
import type { RoomFacts } from './room-facts.ts';

const TIMEOUT_SECONDS = 3;
/** Shortest time from the end of a round to the next, ms. */
const INTERVAL_MS = 250;
/** Most rooms, each of which is one request in each round. */
export const MOST_ROOMS = 1_000;

/** Call-ID of the SIP dialog, as livekit/sip writes it into the attributes of its participants. */
const CALL_ID = 'sip.callIDFull';

export interface FollowedParticipants {
  /** Participants by the Call-ID of their calls. */
  readonly byCallId: ReadonlyMap<string, RoomFacts>;
  /** Rounds without an answer, and all rounds. */
  readonly failures: number;
  readonly rounds: number;
}

/**
 * Asks the API for participants of kind SIP until the signal is aborted. An API without an answer
 * is a fact.
 * @param begun resolves when it was asked for the first time, and rejects with `usage` if there
 * are too many rooms then
 */
export const followParticipants = async (
  target: ApiTarget,
  roomPrefix: string,
  signal: AbortSignal,
): Promise<{ begun: Promise<void>; ended: Promise<FollowedParticipants> }> => {
  const service = await roomServiceOf(target, TIMEOUT_SECONDS);
  const byCallId = new Map<string, RoomFacts>();
  const begun = Promise.withResolvers<void>();
  let failures = 0;
  let rounds = 0;
  let previousMs = Date.now();
  const round = async (): Promise<void> => {
    const requestedAtMs = Date.now();
    const listed = await service.listRooms();
    const rooms = roomsToAsk(
      listed.map(({ name }) => name),
      roomPrefix,
    );
    await eachAtOnce(rooms, async (name) => {
      const present = await service.listParticipants(name).catch((error: unknown) => {
        if (isGone(error)) return [];
        throw error;
      });
      const seenAtMs = Date.now();
      for (const participant of present) {
        const callId = callIdOf(participant);
        if (callId === null || byCallId.has(callId)) continue;
        const { identity } = participant;
        byCallId.set(callId, { identity, room: name, seenAtMs, notBeforeMs: previousMs });
      }
    });
    previousMs = requestedAtMs;
  };
  const follow = async (): Promise<FollowedParticipants> => {
    while (!signal.aborted) {
      const began = Date.now();
      rounds++;
      await round().catch((error: unknown) => {
        failures++;
        if (rounds === 1 && isUsageError(error)) begun.reject(error);
      });
      begun.resolve();
      // A slow API rests for as long as a round took.
      const restMs = Math.max(INTERVAL_MS, Date.now() - began);
      await sleep(restMs, undefined, { signal }).catch(() => {});
    }
    begun.resolve();
    return { byCallId, failures, rounds };
  };
  return { begun: begun.promise, ended: follow() };
};

/**
 * Rooms whose participants are looked at.
 * @throws SwarmError `usage` for too many
 */
export const roomsToAsk = (names: readonly string[], prefix: string): string[] => {
  const rooms = names.filter((name) => name.startsWith(prefix));
  if (rooms.length <= MOST_ROOMS) return rooms;
  throw usageError(
    `the deployment has ${rooms.length} rooms${prefix === '' ? '' : ` that begin with ${prefix}`}, and at most ${MOST_ROOMS} are asked for participants`,
    'name those of the calls with --room-prefix: that of the dispatch rule',
  );
};

const callIdOf = ({ kind, attributes }: ParticipantInfo): string | null =>
  kind === ParticipantInfo_Kind.SIP ? (attributes[CALL_ID] ?? null) : null;
