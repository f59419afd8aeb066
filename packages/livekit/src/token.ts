import { createHmac } from 'node:crypto';
import type { RoleGrants, TrackSourceName } from '@livekit-swarm/scenario';
import { systemClock } from './clock.ts';

export interface TokenRequest {
  apiKey: string;
  apiSecret: string;
  room: string;
  identity: string;
  publish: { audio: boolean; video: boolean; screen?: boolean; data: boolean };
  subscribe: boolean;
  /** Grants that differ from what the participant needs. */
  grants?: RoleGrants;
  /** How long the server accepts a join with it, seconds. Once in, the server hands out fresh ones itself. */
  ttlSeconds: number;
}

/**
 * A join token (RFC 7519, HS256) with the least that this participant needs: one room, the sources it publishes, nothing else; unless its grants say otherwise.
 * Signed here: the SDK takes three times as long, and a hundred modules to load.
 */
export const makeToken = (request: TokenRequest): string => {
  const {
    apiKey,
    apiSecret,
    identity,
    room,
    publish,
    subscribe,
    grants = {},
    ttlSeconds,
  } = request;
  const needed: TrackSourceName[] = [];
  if (publish.audio) needed.push('microphone');
  if (publish.video) needed.push('camera');
  if (publish.screen) needed.push('screen_share');
  const sources = grants.canPublishSources ?? needed;
  const { hidden, roomAdmin, recorder } = grants;
  const video = {
    roomJoin: true,
    room,
    // An empty list of sources means all of them, so the flag has to say no as well.
    canPublish: grants.canPublish ?? sources.length > 0,
    canPublishSources: sources,
    canPublishData: grants.canPublishData ?? publish.data,
    canSubscribe: grants.canSubscribe ?? subscribe,
    canUpdateOwnMetadata: grants.canUpdateOwnMetadata ?? false,
    ...(hidden !== undefined && { hidden }),
    ...(roomAdmin !== undefined && { roomAdmin }),
    ...(recorder !== undefined && { recorder }),
  };
  // No "nbf", as LiveKit's own SDKs: a token is used at once, and a clock that is ahead of the server's would make it invalid.
  const exp = Math.floor(nowMs() / 1_000) + ttlSeconds;
  const claims = { video, iss: apiKey, exp, sub: identity };
  const signed = `${HEADER}.${encode(claims)}`;
  return `${signed}.${createHmac('sha256', apiSecret).update(signed).digest('base64url')}`;
};

/**
 * Unix ms for an expiry: the later of two clocks. A clock that is set back during a run must not make new tokens expire early, and the steady clock does
 * not advance while the host is suspended. A token that is valid for longer does no harm: it is for one room and one identity.
 */
const nowMs = (): number => Math.max(Date.now(), systemClock.now());

const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');

const HEADER = encode({ alg: 'HS256' });
