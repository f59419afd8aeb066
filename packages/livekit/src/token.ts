import { AccessToken, TrackSource } from 'livekit-server-sdk';

export interface TokenRequest {
  apiKey: string;
  apiSecret: string;
  room: string;
  identity: string;
  publish: { audio: boolean; video: boolean; data: boolean };
  subscribe: boolean;
  /** How long the server accepts a join with it, seconds. Once in, the server hands out fresh ones itself. */
  ttlSeconds: number;
}

/** A join token (JWT) with the least that this participant needs: one room, the sources it publishes, nothing else. */
export const makeToken = (request: TokenRequest): Promise<string> => {
  const token = new AccessToken(request.apiKey, request.apiSecret, { identity: request.identity, ttl: request.ttlSeconds });
  const sources: TrackSource[] = [];
  if (request.publish.audio) sources.push(TrackSource.MICROPHONE);
  if (request.publish.video) sources.push(TrackSource.CAMERA);
  token.addGrant({
    roomJoin: true,
    room: request.room,
    // An empty list of sources means all of them, so the flag has to say no as well.
    canPublish: sources.length > 0,
    canPublishSources: sources,
    canPublishData: request.publish.data,
    canSubscribe: request.subscribe,
    canUpdateOwnMetadata: false,
  });
  return token.toJwt();
};
