import { setTimeout as sleep } from 'node:timers/promises';
import { NativeEngine } from '@livekit-swarm/engine';
import { systemClock } from '@livekit-swarm/livekit';
import type { RoomAccess } from '@livekit-swarm/probe';
import type { ParticipantLine } from '@livekit-swarm/record';
import type { ParticipantPlan } from '@livekit-swarm/scenario';
import { openPump } from '@livekit-swarm/webrtc';
import type { Check } from '../../check.ts';
import { type Attempt, attemptsRule } from './attempt.ts';
import { auditToken, participantOf, type VideoGrants } from './audit-token.ts';
import { callApi } from './call-api.ts';

const ACROSS =
  'a participant of room B, subscribed by its administrator to the tracks of room A: media';
const JOIN_MS = 8_000;
/** Time in which media and data of a publisher arrive, several times over. */
const MEDIA_MS = 2_000;
const DATA = { messagesPerSecond: 20, bytes: 64, reliable: false };

/** A participant with media. */
interface MediaParticipant {
  identity: string;
  room: string;
  grants: VideoGrants;
  speaks?: true;
  sendsData?: true;
}

export const mediaIsolation: Check = {
  id: 'media-isolation',
  title: 'Media and data reach only who may receive them',
  severities: ['error'],
  cause:
    'The server is changed, or two deployments share names of rooms: media or data reach another room, a participant without canSubscribe, or come from one without canPublishData',
  fix: 'use an unchanged livekit-server, and give every deployment a Redis of its own',
  needs: ['admission', 'websocket'],
  run: async ({ makePlainRoom }, { access }) => {
    const rooms: string[] = [];
    for (let index = 0; index < 3; index++) rooms.push((await makePlainRoom()).name);
    const [a = '', b = '', c = ''] = rooms;
    const participants: MediaParticipant[] = [
      {
        identity: 'audit-speaker',
        room: a,
        grants: participantOf(a),
        speaks: true,
        sendsData: true,
      },
      { identity: 'audit-listener', room: a, grants: participantOf(a) },
      {
        identity: 'audit-unsubscribed',
        room: a,
        grants: { ...participantOf(a), canSubscribe: false },
      },
      { identity: 'audit-stranger', room: b, grants: participantOf(b) },
      {
        ...{ identity: 'audit-silent', room: c, sendsData: true },
        grants: { ...participantOf(c), canPublishData: false },
      },
      { identity: 'audit-bystander', room: c, grants: participantOf(c) },
    ];
    let subscribed = '';
    const lines = await callOf(access, participants, async () => {
      subscribed = await subscribeAcross(access, a, b);
    });
    return attemptsRule(mediaAttempts(lines, subscribed));
  },
};

/**
 * Asks the server to give the stranger the tracks of room A, as the administrator of room B may.
 * @returns the reason why that was not asked; empty: it was
 */
const subscribeAcross = async (access: RoomAccess, from: string, to: string): Promise<string> => {
  const admin = (room: string): string =>
    auditToken(access, 'audit-admin', { room, roomAdmin: true });
  const listed = await callApi(access, admin(from), {
    ...({ service: 'RoomService', method: 'ListParticipants' } as const),
    message: { room: from },
  });
  const trackSids = [...JSON.stringify(listed.result ?? {}).matchAll(/"sid":"(TR_\w+)"/g)].map(
    ([, sid]) => sid,
  );
  if (trackSids.length === 0)
    return `ListParticipants showed no track of room A (${listed.answer})`;
  const { reply, answer } = await callApi(access, admin(to), {
    ...({ service: 'RoomService', method: 'UpdateSubscriptions' } as const),
    message: { room: to, identity: 'audit-stranger', trackSids, subscribe: true },
  });
  return reply === 'unclear' ? `UpdateSubscriptions was not answered (${answer})` : '';
};

/** Lets participants join, and returns what each received, by identity. */
const callOf = async (
  access: RoomAccess,
  participants: readonly MediaParticipant[],
  during: () => Promise<void>,
): Promise<ReadonlyMap<string, ParticipantLine>> => {
  const startedAtMs = systemClock.now();
  const options = { startedAtMs, joinTimeoutMs: JOIN_MS, joinAttempts: 1, threads: 1 } as const;
  // Sockets of its own: traffic on loopback takes the way of other clients.
  const engine = new NativeEngine(
    { ...options, signalling: 'auto', onEvent: () => {} },
    (pump, told) => openPump({ ...pump, ownSockets: true }, told),
  );
  try {
    await Promise.all(
      participants.map((participant, index) =>
        engine.join(
          planOf(participant, index),
          { url: access.url, token: auditToken(access, participant.identity, participant.grants) },
          systemClock.now() - startedAtMs,
        ),
      ),
    );
    await sleep(MEDIA_MS / 2);
    await during();
    await sleep(MEDIA_MS);
    const lines = await Promise.all(participants.map((_participant, index) => engine.leave(index)));
    return new Map(lines.map((line) => [line.identity, line]));
  } finally {
    await engine.close();
  }
};

const planOf = (
  { identity, room, speaks, sendsData }: MediaParticipant,
  index: number,
): ParticipantPlan => ({
  ...{ index, identity, room, group: 'audit', role: 'audit' },
  ...{ joinAtMs: 0, leaveAtMs: Number.POSITIVE_INFINITY },
  publish: speaks === true ? [{ kind: 'audio' }] : [],
  data: sendsData === true ? [DATA] : [],
  ...{ subscribe: true, layout: { type: 'all' }, grants: {}, network: null, path: 'direct' },
  ...{ e2ee: null, expectedTracks: { audio: 0, video: 0 } },
});

/**
 * Received media and data as attempts.
 * @param lines results of the participants by identity
 * @param notAsked why the server was not asked for a subscription across rooms; empty: it was
 */
export const mediaAttempts = (
  lines: ReadonlyMap<string, ParticipantLine>,
  notAsked: string,
): Attempt[] => {
  const packets = (identity: string, kind: 'audio' | 'data', direction: 'up' | 'down'): number =>
    (lines.get(identity)?.tracks ?? [])
      .filter((track) => track.kind === kind && track.direction === direction)
      .reduce((sum, track) => sum + track.packets, 0);
  const receives = (
    asked: string,
    expected: Attempt['expected'],
    identity: string,
    kind: 'audio' | 'data',
  ): Attempt => {
    const line = lines.get(identity);
    if (line === undefined || line.outcome !== 'left')
      return {
        ...{ asked, expected, reply: 'unclear' },
        answer: `it was not there: ${line?.reason ?? 'no result'}`,
      };
    const received = packets(identity, kind, 'down');
    const unit = kind === 'audio' ? 'packets' : 'messages';
    return {
      ...{ asked, expected, reply: received > 0 ? 'done' : 'refused' },
      answer: `${received} ${unit} received`,
    };
  };
  const sent = packets('audit-silent', 'data', 'up');
  return [
    receives('a participant of room A: media of room A', 'allowed', 'audit-listener', 'audio'),
    receives('a participant of room A: data of room A', 'allowed', 'audit-listener', 'data'),
    receives('without canSubscribe: media of room A', 'refused', 'audit-unsubscribed', 'audio'),
    // Media without the subscription are a finding as well.
    notAsked === '' || packets('audit-stranger', 'audio', 'down') > 0
      ? receives(ACROSS, 'refused', 'audit-stranger', 'audio')
      : { asked: ACROSS, expected: 'refused', reply: 'unclear', answer: notAsked },
    receives('a participant of room B: data of room A', 'refused', 'audit-stranger', 'data'),
    sent === 0
      ? {
          ...{ asked: 'without canPublishData: send data', expected: 'refused', reply: 'unclear' },
          answer: 'nothing was sent',
        }
      : receives(
          `without canPublishData: send data (${sent} messages)`,
          'refused',
          'audit-bystander',
          'data',
        ),
  ];
};
