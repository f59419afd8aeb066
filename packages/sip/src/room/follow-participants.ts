import { setTimeout as sleep } from 'node:timers/promises';
import { type ParticipantInfo, ParticipantInfo_Kind } from '@livekit/protocol';
import { type ApiTarget, eachAtOnce, isGone, roomServiceOf } from '@livekit-swarm/livekit';
import type { RoomFacts } from './room-facts.ts';

const TIMEOUT_SECONDS = 3;
const INTERVAL_MS = 250;

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
 * @param begun resolves when it was asked for the first time
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
    const rooms = (await service.listRooms()).filter(({ name }) => name.startsWith(roomPrefix));
    await eachAtOnce(rooms, async ({ name }) => {
      const listed = await service.listParticipants(name).catch((error: unknown) => {
        if (isGone(error)) return [];
        throw error;
      });
      const seenAtMs = Date.now();
      for (const participant of listed) {
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
      await round().catch(() => {
        failures++;
      });
      begun.resolve();
      await sleep(Math.max(0, INTERVAL_MS - (Date.now() - began)), undefined, { signal }).catch(
        () => {},
      );
    }
    begun.resolve();
    return { byCallId, failures, rounds };
  };
  return { begun: begun.promise, ended: follow() };
};

const callIdOf = ({ kind, attributes }: ParticipantInfo): string | null =>
  kind === ParticipantInfo_Kind.SIP ? (attributes[CALL_ID] ?? null) : null;
