import type { RoleGrants, TrackSourceName } from '@livekit-swarm/scenario';
import { AccessToken, TrackSource } from 'livekit-server-sdk';

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

export const SOURCES: Record<TrackSourceName, TrackSource> = {
  camera: TrackSource.CAMERA,
  microphone: TrackSource.MICROPHONE,
  screen_share: TrackSource.SCREEN_SHARE,
  screen_share_audio: TrackSource.SCREEN_SHARE_AUDIO,
};

/** A join token (JWT) with the least that this participant needs: one room, the sources it publishes, nothing else; unless its grants say otherwise. */
export const makeToken = (request: TokenRequest): Promise<string> => {
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
  const token = new AccessToken(apiKey, apiSecret, { identity, ttl: ttlSeconds });
  const needed: TrackSourceName[] = [];
  if (publish.audio) needed.push('microphone');
  if (publish.video) needed.push('camera');
  if (publish.screen) needed.push('screen_share');
  const sources = grants.canPublishSources ?? needed;
  const { hidden, roomAdmin, recorder } = grants;
  token.addGrant({
    roomJoin: true,
    room,
    // An empty list of sources means all of them, so the flag has to say no as well.
    canPublish: grants.canPublish ?? sources.length > 0,
    canPublishSources: sources.map((source) => SOURCES[source]),
    canPublishData: grants.canPublishData ?? publish.data,
    canSubscribe: grants.canSubscribe ?? subscribe,
    canUpdateOwnMetadata: grants.canUpdateOwnMetadata ?? false,
    ...(hidden !== undefined && { hidden }),
    ...(roomAdmin !== undefined && { roomAdmin }),
    ...(recorder !== undefined && { recorder }),
  });
  return token.toJwt();
};
