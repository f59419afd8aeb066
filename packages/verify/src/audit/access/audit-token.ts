import { signClaims } from '@livekit-swarm/livekit';
import type { RoomAccess } from '@livekit-swarm/probe';

/** Grants of a token, as in LiveKit's claim `video`. */
export interface VideoGrants {
  roomJoin?: boolean;
  room?: string;
  canPublish?: boolean;
  canPublishSources?: readonly string[];
  canPublishData?: boolean;
  canSubscribe?: boolean;
  canUpdateOwnMetadata?: boolean;
  hidden?: boolean;
  roomAdmin?: boolean;
  roomList?: boolean;
  roomCreate?: boolean;
  roomRecord?: boolean;
  ingressAdmin?: boolean;
}

/** Grants of a participant of a room, who may do everything but administer it. */
export const participantOf = (room: string): VideoGrants => ({
  ...{ roomJoin: true, room, canPublish: true, canPublishData: true, canSubscribe: true },
  canUpdateOwnMetadata: true,
});

/** Long enough for an audit, short enough that a token which leaks is soon useless. */
const TTL_SECONDS = 120;
/** Longer ago than the minute of leeway that servers grant to clocks. */
const EXPIRED_SECONDS = 600;
const FUTURE_SECONDS = 3_600;

type Key = Pick<RoomAccess, 'apiKey' | 'apiSecret'>;

export const nowSeconds = (): number => Math.floor(Date.now() / 1_000);

/** Claims of a token that is valid now. */
export const claimsOf = (
  { apiKey }: Pick<Key, 'apiKey'>,
  identity: string,
  video: VideoGrants,
): Record<string, unknown> => ({
  ...{ iss: apiKey, sub: identity, video },
  exp: nowSeconds() + TTL_SECONDS,
});

/** Makes a token that is valid now. */
export const auditToken = (key: Key, identity: string, video: VideoGrants): string =>
  signClaims(claimsOf(key, identity, video), key.apiSecret);

/** A token that no server may accept, and why. */
export interface BadToken {
  what: string;
  token: string;
}

/** Tokens that no server may accept, whatever they are for. */
export const badTokens = (key: Key, identity: string, video: VideoGrants): BadToken[] => {
  const claims = claimsOf(key, identity, video);
  const now = nowSeconds();
  const valid = signClaims(claims, key.apiSecret);
  const [header = '', payload = '', signature = ''] = valid.split('.');
  const less = { ...claims, video: { ...video, canPublish: false, roomAdmin: false } };
  const [, , lessSignature = ''] = signClaims(less, key.apiSecret).split('.');
  const more = encode({ ...less, video: { ...video, canPublish: true, roomAdmin: true } });
  const none = encode({ alg: 'none', typ: 'JWT' });
  return [
    {
      what: 'an expired token',
      token: signClaims({ ...claims, exp: now - EXPIRED_SECONDS }, key.apiSecret),
    },
    {
      what: 'a token that is not valid yet (nbf in an hour)',
      token: signClaims(
        { ...claims, nbf: now + FUTURE_SECONDS, exp: now + 2 * FUTURE_SECONDS },
        key.apiSecret,
      ),
    },
    {
      what: 'a token that is signed with another secret',
      token: signClaims(claims, `${key.apiSecret}-another`),
    },
    {
      what: 'a token of a key that does not exist',
      token: signClaims({ ...claims, iss: `${key.apiKey}-another` }, key.apiSecret),
    },
    { what: 'a token that is signed with an empty secret', token: signClaims(claims, '') },
    { what: 'an unsigned token (alg none)', token: `${none}.${payload}.` },
    {
      what: 'a token with alg none that keeps its signature',
      token: `${none}.${payload}.${signature}`,
    },
    { what: 'a token without its signature', token: `${header}.${payload}.` },
    {
      what: 'a token to whose grants its holder added roomAdmin and canPublish',
      token: `${header}.${more}.${lessSignature}`,
    },
  ];
};

const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');
