import { AddTrackRequest, RequestResponse_Reason, TrackSource, TrackType } from '@livekit/protocol';
import {
  type Deployment,
  deploymentAt,
  type RequestMessage,
  type ResponseMessage,
  setRequest,
} from '@livekit-swarm/livekit';
import type { RoomAccess } from '@livekit-swarm/probe';
import type { Check } from '../../check.ts';
import { type Attempt, attemptsRule } from './attempt.ts';
import { auditToken, participantOf, type VideoGrants } from './audit-token.ts';
import { callApi } from './call-api.ts';
import { joinOrThrow, tryJoin } from './guest.ts';

/** Longest wait for the answer to a request. A server may refuse silently. */
const ANSWER_MS = 2_000;
const METADATA = 'set by swarm audit';

/** @param identity of a participant of its own: attempts are made at the same time */
type Try = (grants: VideoGrants, identity: string) => Promise<Pick<Attempt, 'reply' | 'answer'>>;

export const participantGrants: Check = {
  id: 'participant-grants',
  title: 'A participant cannot do what its token lacks, nor give itself more',
  severities: ['error'],
  cause:
    'The server is changed, or a gateway answers in its place: listeners can publish, and participants can make themselves speakers',
  fix: 'use an unchanged livekit-server, and let its signalling pass the proxy untouched',
  needs: ['admission', 'websocket'],
  run: async ({ makePlainRoom }, { access }) => {
    const { name: room } = await makePlainRoom();
    const deployment = deploymentAt(access.url, 'v0');
    const full = participantOf(room);
    const publish = publishing(access, deployment);
    const rename = renaming(access, deployment, room);
    const upgrade = upgrading(access, deployment, room);
    const join: Try = (grants, identity) =>
      tryJoin(deployment, auditToken(access, identity, grants));
    const tries: readonly (readonly [string, Attempt['expected'], Try, VideoGrants])[] = [
      ['with roomJoin: join', 'allowed', join, full],
      ['without roomJoin: join', 'refused', join, { ...full, roomJoin: false }],
      ['with canPublish: publish a microphone', 'allowed', publish, full],
      [
        'without canPublish: publish a microphone',
        'refused',
        publish,
        { ...full, canPublish: false },
      ],
      [
        'with canPublishSources [camera]: publish a microphone',
        'refused',
        publish,
        { ...full, canPublishSources: ['camera'] },
      ],
      ['with canUpdateOwnMetadata: change its metadata', 'allowed', rename, full],
      [
        'without canUpdateOwnMetadata: change its metadata',
        'refused',
        rename,
        { ...full, canUpdateOwnMetadata: false },
      ],
      [
        'without canPublish: give itself canPublish through the API',
        'refused',
        upgrade,
        { ...full, canPublish: false },
      ],
      [
        'with roomAdmin: give itself canPublish through the API',
        'allowed',
        upgrade,
        { ...full, canPublish: false, roomAdmin: true },
      ],
    ];
    const attempts = tries.map(
      async ([asked, expected, attempt, grants], index): Promise<Attempt> => ({
        ...{ asked, expected },
        ...(await attempt(grants, `audit-${index}`)),
      }),
    );
    return attemptsRule(await Promise.all(attempts));
  },
};

/** Requests a track, and waits for the answer. */
const publishing =
  (access: RoomAccess, deployment: Deployment): Try =>
  async (grants, identity) => {
    using guest = await joinOrThrow(deployment, auditToken(access, identity, grants));
    const value = new AddTrackRequest({
      ...{ cid: 'audit', name: 'audit', type: TrackType.AUDIO, source: TrackSource.MICROPHONE },
    });
    guest.send({ case: 'addTrack', value });
    const answer = await guest.hear(trackAnswer, ANSWER_MS);
    return answer ?? { reply: 'refused', answer: `no answer within ${ANSWER_MS} ms` };
  };

const trackAnswer = (message: ResponseMessage): Pick<Attempt, 'reply' | 'answer'> | null => {
  if (message.case === 'trackPublished') return { reply: 'done', answer: 'track published' };
  return message.case === 'requestResponse'
    ? {
        reply: 'refused',
        answer: message.value.message || RequestResponse_Reason[message.value.reason],
      }
    : null;
};

/** Requests new metadata, and reads through the API whether they took effect. */
const renaming =
  (access: RoomAccess, deployment: Deployment, room: string): Try =>
  async (grants, identity) => {
    using guest = await joinOrThrow(deployment, auditToken(access, identity, grants));
    const request: RequestMessage = setRequest({ do: 'set', metadata: METADATA });
    guest.send(request);
    const refusal = await guest.hear(
      (message) => (message.case === 'requestResponse' ? message.value.message : null),
      ANSWER_MS,
    );
    const seen = await readParticipant(access, room, identity);
    if (seen === null) return { reply: 'unclear', answer: 'the API does not show the participant' };
    return seen.metadata === METADATA
      ? { reply: 'done', answer: 'the API shows the new metadata' }
      : { reply: 'refused', answer: refusal || 'the API shows the old metadata' };
  };

/** Calls UpdateParticipant about itself, with the token that it joined with. */
const upgrading =
  (access: RoomAccess, deployment: Deployment, room: string): Try =>
  async (grants, identity) => {
    const token = auditToken(access, identity, grants);
    using _guest = await joinOrThrow(deployment, token);
    const { reply, answer } = await callApi(access, token, {
      ...({ service: 'RoomService', method: 'UpdateParticipant' } as const),
      message: { room, identity, permission: { canPublish: true, canSubscribe: true } },
    });
    return { reply, answer };
  };

const readParticipant = async (
  access: RoomAccess,
  room: string,
  identity: string,
): Promise<{ metadata?: string } | null> => {
  const token = auditToken(access, 'audit-reader', { room, roomAdmin: true });
  const call = { service: 'RoomService', method: 'GetParticipant' } as const;
  const { reply, result } = await callApi(access, token, { ...call, message: { room, identity } });
  return reply === 'done' && typeof result === 'object' ? result : null;
};
