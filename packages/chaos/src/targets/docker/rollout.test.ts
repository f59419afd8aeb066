import { expect, test } from 'vitest';
import { imagesNamed } from './rollout.ts';

test.each([
  [
    'livekit/livekit-server:v1.13.4',
    '1.13.5',
    ['livekit/livekit-server:1.13.5', 'livekit/livekit-server:v1.13.5'],
  ],
  [
    'livekit/livekit-server:v1.13.4',
    'v1.13.5',
    ['livekit/livekit-server:v1.13.5', 'livekit/livekit-server:1.13.5'],
  ],
  ['registry:5000/livekit', 'v2', ['registry:5000/livekit:v2', 'registry:5000/livekit:2']],
  [
    'livekit/livekit-server:v1@sha256:0a',
    'latest',
    ['livekit/livekit-server:latest', 'livekit/livekit-server:vlatest'],
  ],
  ['livekit/livekit-server:v1', 'mine/livekit:3', ['mine/livekit:3']],
])('of %s, %s means %j', (now, program, images) => {
  expect(imagesNamed(now, program)).toEqual(images);
});
