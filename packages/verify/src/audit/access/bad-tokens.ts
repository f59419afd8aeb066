import { deploymentAt } from '@livekit-swarm/livekit';
import type { Check } from '../../check.ts';
import { type Attempt, attemptsRule } from './attempt.ts';
import { auditToken, badTokens, participantOf } from './audit-token.ts';
import { callApi } from './call-api.ts';
import { tryJoin } from './guest.ts';

const IDENTITY = 'audit-forger';

export const badTokensCheck: Check = {
  id: 'bad-tokens',
  title: 'Expired, early, forged, changed and unsigned tokens are refused',
  severities: ['error'],
  cause:
    'A proxy or a gateway in front answers in place of livekit-server and does not check tokens whole, or the server is changed: strangers join, and so do users whose time is over',
  fix: 'let livekit-server check every token itself: pass the Authorization header and access_token on unchanged, and remove what answers in its place',
  needs: ['admission', 'clock'],
  run: async ({ makePlainRoom }, { access }) => {
    const { name: room } = await makePlainRoom();
    const deployment = deploymentAt(access.url, 'v0');
    const grants = { ...participantOf(room), roomAdmin: true };
    const call = {
      ...({ service: 'RoomService', method: 'ListParticipants' } as const),
      message: { room },
    };
    const attempt = async (
      what: string,
      token: string,
      expected: Attempt['expected'],
    ): Promise<Attempt[]> => {
      const joined = await tryJoin(deployment, token);
      const { reply, answer } = await callApi(access, token, call);
      return [
        { asked: `join with ${what}`, expected, ...joined },
        { asked: `ListParticipants with ${what}`, expected, reply, answer },
      ];
    };
    const attempts = await Promise.all([
      attempt('a valid token', auditToken(access, IDENTITY, grants), 'allowed'),
      attempt('no token', '', 'refused'),
      ...badTokens(access, IDENTITY, grants).map(({ what, token }) =>
        attempt(what, token, 'refused'),
      ),
    ]);
    return attemptsRule(attempts.flat());
  },
};
