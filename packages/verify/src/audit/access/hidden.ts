import { setTimeout as sleep } from 'node:timers/promises';
import { deploymentAt, type ResponseMessage } from '@livekit-swarm/livekit';
import type { Check } from '../../check.ts';
import { type Attempt, attemptsRule } from './attempt.ts';
import { auditToken, participantOf } from './audit-token.ts';
import { type Guest, joinOrThrow } from './guest.ts';

const HIDDEN = 'audit-hidden';
const VISIBLE = 'audit-visible';
/** livekit-server announces participants without tracks within three seconds. */
const ANNOUNCED_MS = 6_000;
/** Time that an announcement of the hidden one may come later than that of the visible one, ms. */
const LATER_MS = 500;

export const hidden: Check = {
  id: 'hidden',
  title: 'Other participants do not learn of a hidden one',
  severities: ['error'],
  cause:
    'The grant hidden does not reach livekit-server, or the server is changed: participants see recorders and supervisors that should be invisible',
  fix: 'pass tokens on to livekit-server unchanged, and use an unchanged one',
  needs: ['admission', 'websocket'],
  run: async ({ makePlainRoom }, { access }) => {
    const { name: room } = await makePlainRoom();
    const deployment = deploymentAt(access.url, 'v0');
    const join = (identity: string, isHidden = false): Promise<Guest> =>
      joinOrThrow(
        deployment,
        auditToken(access, identity, { ...participantOf(room), ...(isHidden && { hidden: true }) }),
      );
    using early = await join('audit-early');
    using _hidden = await join(HIDDEN, true);
    using _visible = await join(VISIBLE);
    const isSeen = (guest: Guest, identity: string, ms: number): Promise<boolean> =>
      guest
        .hear((message) => (namesOf(message).includes(identity) ? true : null), ms)
        .then((seen) => seen === true);
    const seen = async (
      who: string,
      guest: Guest,
    ): Promise<readonly [visible: Attempt, hidden: Attempt]> => {
      const isVisible = await isSeen(guest, VISIBLE, ANNOUNCED_MS);
      await sleep(LATER_MS);
      const attempt = (what: string, expected: Attempt['expected'], isFound: boolean): Attempt => ({
        ...{ asked: `${who} learns of a ${what} participant`, expected },
        ...{ reply: isFound ? 'done' : 'refused', answer: isFound ? 'announced' : 'not announced' },
      });
      return [
        attempt('visible', 'allowed', isVisible),
        attempt('hidden', 'refused', await isSeen(guest, HIDDEN, 0)),
      ];
    };
    const attempts = [...(await seen('who was there before', early))];
    using late = await join('audit-late');
    attempts.push(...(await seen('who joins later', late)));
    return attemptsRule(attempts);
  },
};

/** Identities of others that a message names. */
const namesOf = (message: ResponseMessage): string[] => {
  if (message.case === 'join')
    return message.value.otherParticipants.map(({ identity }) => identity);
  return message.case === 'update'
    ? message.value.participants.map(({ identity }) => identity)
    : [];
};
