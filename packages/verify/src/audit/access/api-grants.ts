import { deploymentAt } from '@livekit-swarm/livekit';
import type { Check } from '../../check.ts';
import { type Attempt, attemptsRule } from './attempt.ts';
import { auditToken, participantOf, type VideoGrants } from './audit-token.ts';
import { type ApiCall, callApi } from './call-api.ts';
import { joinOrThrow } from './guest.ts';
import { roomCalls } from './room-calls.ts';

const PEER = 'audit-peer';

/** Grants of the API; each is the only one that allows its calls. */
type ApiGrant = 'roomAdmin' | 'roomList' | 'roomCreate' | 'roomRecord' | 'ingressAdmin';

const ALL = {
  ...{ roomAdmin: true, roomList: true, roomCreate: true, roomRecord: true },
  ingressAdmin: true,
} as const satisfies Record<ApiGrant, true>;

/** Calls of the API by the grant that they need, none of which changes a room of others. */
const callsOf = (room: string, disposable: string): Record<ApiGrant, readonly ApiCall[]> => ({
  roomList: [{ service: 'RoomService', method: 'ListRooms', message: { names: [room] } }],
  roomCreate: [
    // The room exists: nothing is made that would be left.
    { service: 'RoomService', method: 'CreateRoom', message: { name: room } },
    { service: 'RoomService', method: 'DeleteRoom', message: { room: disposable } },
  ],
  roomRecord: [{ service: 'Egress', method: 'ListEgress', message: { roomName: room } }],
  ingressAdmin: [{ service: 'Ingress', method: 'ListIngress', message: { roomName: room } }],
  roomAdmin: roomCalls(room, PEER),
});

export const apiGrants: Check = {
  id: 'api-grants',
  title: 'The API refuses what the grants of a token lack',
  severities: ['error'],
  cause:
    'A gateway in front of the API calls it with its own key, whatever the grants of the caller are: every user can list, create, delete and administer rooms',
  fix: 'pass the token of the caller on to livekit-server, or check its grants before the call',
  needs: ['admission'],
  run: async ({ makePlainRoom }, { access, signal }) => {
    const [room, disposable] = [(await makePlainRoom()).name, (await makePlainRoom()).name];
    const deployment = deploymentAt(access.url, 'v0');
    using _peer = await joinOrThrow(deployment, auditToken(access, PEER, participantOf(room)));
    const attempts: Attempt[] = [];
    const callAll = async (
      who: string,
      grants: VideoGrants,
      calls: readonly ApiCall[],
      expected: Attempt['expected'],
    ): Promise<void> => {
      const token = auditToken(access, 'audit-caller', grants);
      for (const call of calls) {
        if (signal.aborted) return;
        const { reply, answer } = await callApi(access, token, call);
        attempts.push({ asked: `${who}: ${call.method}`, expected, reply, answer });
      }
    };
    for (const [grant, calls] of Object.entries(callsOf(room, disposable))) {
      const others = { ...participantOf(room), ...ALL, [grant]: false };
      await callAll(`every grant but ${grant}`, others, calls, 'refused');
      await callAll(`${grant} alone`, { room, [grant]: true }, calls, 'allowed');
    }
    return attemptsRule(attempts);
  },
};
