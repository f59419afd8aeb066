/** Refusals of a real livekit/ingress. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCluster } from '@livekit-swarm/lab';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { IngressClient, IngressInput } from 'livekit-server-sdk';
import { expect, test } from 'vitest';
import type { TrackSpec } from '../src/sdp/own-track.ts';
import { endMediaResource } from '../src/whip/media-resource.ts';
import { WhipLink } from '../src/whip/whip-link.ts';
import { openWhip } from '../src/whip/whip-resource.ts';
import { recordingPlane } from './support/recording-plane.ts';

await skipWithout('ingress', 'redis');

const TIMEOUT_MS = 10_000;

const linkOf = (codec: TrackSpec['codec']): WhipLink =>
  new WhipLink({
    peers: recordingPlane(),
    tracks: [
      { cid: 'camera', kind: 'video', codec, layers: [{ width: 640, height: 360, bitrate: 4e5 }] },
    ],
    cname: 'dj',
  });

test('ingress refuses an unknown key and an unknown codec, and ends a session on request', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'swarm-whip-'));
  await using cluster = await startCluster({ dir, nodes: 1, with: ['ingress'] });
  const { httpUrl, apiKey, apiSecret } = cluster;
  const client = new IngressClient(httpUrl, apiKey, apiSecret);
  const { url, streamKey } = await client.createIngress(IngressInput.WHIP_INPUT, {
    name: 'test',
    roomName: 'station',
    participantIdentity: 'dj',
  });
  const answerTo = (key: string, { offer }: WhipLink) =>
    openWhip({ url, streamKey: key, offer, timeoutMs: TIMEOUT_MS });
  expect(await answerTo('wrong', linkOf('vp8'))).toMatchObject({
    reason: 'whip_key_refused',
    message: expect.stringContaining('HTTP 404'),
  });
  const vp9 = linkOf('vp9');
  const answered = await answerTo(streamKey, vp9);
  if (!('location' in answered)) throw new Error(answered.message);
  expect(() => vp9.accept(answered.answer)).toThrow('the answer refuses video in vp9');
  await endMediaResource(answered.location, streamKey, TIMEOUT_MS);
  const vp8 = linkOf('vp8');
  const opened = await answerTo(streamKey, vp8);
  if (!('location' in opened)) throw new Error(opened.message);
  expect(vp8.accept(opened.answer)).toMatchObject({ sent: [{ codec: 'vp8' }] });
  expect(await endMediaResource(opened.location, streamKey, TIMEOUT_MS)).toBeNull();
  expect(await endMediaResource(opened.location, streamKey, TIMEOUT_MS)).toBe(404);
  await cluster.stop();
  await rm(dir, { recursive: true });
});
