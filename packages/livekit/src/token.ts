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
  /** Grants that override the least grants of the participant. */
  grants?: RoleGrants;
  /** Name of an agent that the server dispatches with the room that this token creates. */
  agentName?: string;
  /** Metadata of that dispatch. Default: none. */
  agentMetadata?: string;
  /** Kind of the participant. Default: a standard one. */
  kind?: 'agent';
  /**
   * Time for which the server accepts a join with the token, seconds. A joined participant receives
   * new tokens from the server.
   */
  ttlSeconds: number;
}

/**
 * Makes a join token (RFC 7519, HS256) with least grants: one room and the sources that are
 * published, unless `grants` overrides them. Signed here: the token of the SDK is valid from the
 * time of this clock on (docs/adr/0018-libraries-that-were-tried.md).
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
    kind,
    agentName,
    agentMetadata = '',
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
    // An empty list of sources means all of them, so the flag has to forbid publishing.
    canPublish: grants.canPublish ?? sources.length > 0,
    canPublishSources: sources,
    canPublishData: grants.canPublishData ?? publish.data,
    canSubscribe: grants.canSubscribe ?? subscribe,
    canUpdateOwnMetadata: grants.canUpdateOwnMetadata ?? false,
    ...(hidden !== undefined && { hidden }),
    ...(roomAdmin !== undefined && { roomAdmin }),
    ...(recorder !== undefined && { recorder }),
  };
  // Unlike that of livekit-server-sdk, the token has no "nbf": it is used at once, and would be
  // invalid if this clock is ahead of the server's.
  const exp = Math.floor(nowMs() / 1_000) + ttlSeconds;
  const claims = {
    video,
    iss: apiKey,
    exp,
    sub: identity,
    ...(kind !== undefined && { kind }),
    ...(agentName !== undefined && {
      roomConfig: {
        agents: [{ agentName, ...(agentMetadata !== '' && { metadata: agentMetadata }) }],
      },
    }),
  };
  return signClaims(claims, apiSecret);
};

/** Signs the claims of a token (RFC 7519, HS256), whatever they say. */
export const signClaims = (claims: object, apiSecret: string): string => {
  const signed = `${HEADER}.${encode(claims)}`;
  return `${signed}.${createHmac('sha256', apiSecret).update(signed).digest('base64url')}`;
};

/**
 * Base of the expiry, Unix ms: the later of two clocks. A clock that is set back must not make new
 * tokens expire early, and the steady clock does not advance while the host is suspended. A longer
 * validity is harmless: a token is for one room and one identity.
 */
const nowMs = (): number => Math.max(Date.now(), systemClock.now());

const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');

const HEADER = encode({ alg: 'HS256' });
