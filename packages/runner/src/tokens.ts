import type { Admission } from '@livekit-swarm/engine';
import { makeToken } from '@livekit-swarm/livekit';
import type { ParticipantPlan } from '@livekit-swarm/scenario';
import type { Deployment } from './deployment.ts';

/**
 * Makes what a participant needs to get in, and no more: workers see tokens, never the secret.
 * @param ttlSeconds how long the token lets somebody join
 */
export const admit = async (
  { url, apiKey, apiSecret }: Pick<Deployment, 'url' | 'apiKey' | 'apiSecret'>,
  { room, identity, publish, data, subscribe, grants }: ParticipantPlan,
  ttlSeconds: number,
): Promise<Admission> => ({
  url,
  token: await makeToken({
    apiKey,
    apiSecret,
    room,
    identity,
    publish: {
      audio: publish.some(({ kind }) => kind === 'audio'),
      video: publish.some((track) => track.kind === 'video' && track.source === 'camera'),
      screen: publish.some((track) => track.kind === 'video' && track.source === 'screen'),
      data: data.length > 0,
    },
    subscribe,
    grants,
    ttlSeconds,
  }),
});
