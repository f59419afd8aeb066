import { type Deployment, deploymentAt } from '@livekit-swarm/livekit';
import type { Check } from '../../check.ts';
import { type Attempt, attemptsRule } from './attempt.ts';
import { auditToken, participantOf, type VideoGrants } from './audit-token.ts';
import { callApi } from './call-api.ts';
import { isGuest, joinAsGuest, joinOrThrow, joinReply } from './guest.ts';
import { roomCalls } from './room-calls.ts';

const VICTIM = 'audit-victim';

export const roomIsolation: Check = {
  id: 'room-isolation',
  title: 'A token of one room opens nothing of another',
  severities: ['error'],
  cause:
    'A gateway in front of the API calls it with its own key, whatever the room of the caller is: the administrator of any room reads, mutes and removes participants of all others',
  fix: 'pass the token of the caller on to livekit-server, or compare its room with that of the call',
  needs: ['admission'],
  run: async ({ makePlainRoom }, { access, signal }) => {
    const [own, other] = [(await makePlainRoom()).name, (await makePlainRoom()).name];
    const deployment = deploymentAt(access.url, 'v0');
    using _victim = await joinOrThrow(deployment, auditToken(access, VICTIM, participantOf(other)));
    const admin = (grants: VideoGrants): string => auditToken(access, 'audit-admin', grants);
    const tokens = [
      ['the administrator of room A', admin({ ...participantOf(own), roomAdmin: true })],
      ['a participant of room A', admin(participantOf(own))],
      ['an administrator of no room', admin({ roomAdmin: true })],
    ] as const;
    const attempts: Attempt[] = [];
    const callAll = async (
      who: string,
      token: string,
      expected: Attempt['expected'],
    ): Promise<void> => {
      for (const call of roomCalls(other, VICTIM)) {
        if (signal.aborted) return;
        const { reply, answer } = await callApi(access, token, call);
        attempts.push({ asked: `${who}: ${call.method} of room B`, expected, reply, answer });
      }
    };
    for (const [who, token] of tokens) await callAll(who, token, 'refused');
    const visitor = auditToken(access, 'audit-visitor', participantOf(own));
    attempts.push(await joinElsewhere(deployment, visitor, other));
    await callAll(
      'the administrator of room B',
      admin({ room: other, roomAdmin: true }),
      'allowed',
    );
    return attemptsRule(attempts);
  },
};

/** Joins with a token of room A, and asks for room B in the query. */
const joinElsewhere = async (
  deployment: Deployment,
  token: string,
  other: string,
): Promise<Attempt> => {
  const asked = 'a participant of room A: join with ?room=B';
  const joined = await joinAsGuest(deployment, token, { room: other });
  if (!isGuest(joined)) return { asked, expected: 'refused', ...joinReply(joined) };
  joined[Symbol.dispose]();
  const isInside = joined.join.room?.name === other;
  return {
    ...{ asked, expected: 'refused', reply: isInside ? 'done' : 'refused' },
    answer: isInside ? 'joined room B' : 'joined room A, which the token names',
  };
};
