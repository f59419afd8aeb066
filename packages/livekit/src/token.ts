import { createHmac } from 'node:crypto';
import type { RoleGrants, TrackSourceName } from '@livekit-swarm/scenario';

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
  const now = Math.floor(Date.now() / 1_000);
  const claims = { video, iss: apiKey, exp: now + ttlSeconds, nbf: now, sub: identity };
  const signed = `${HEADER}.${encode(claims)}`;
  return `${signed}.${createHmac('sha256', apiSecret).update(signed).digest('base64url')}`;
};

const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');

const HEADER = encode({ alg: 'HS256' });
