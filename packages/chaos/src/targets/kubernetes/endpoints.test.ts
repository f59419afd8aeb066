import type { V1EndpointSlice } from '@kubernetes/client-node';
import { expect, it } from 'vitest';
import { readEndpoints } from './endpoints.ts';
import { readPod } from './pods.ts';

const pods = ['livekit-0', 'livekit-1', 'livekit-2'].map((name) =>
  readPod({ metadata: { name, uid: name } }, 'node'),
);
const slice = (ready: Record<string, boolean>): V1EndpointSlice => ({
  addressType: 'IPv4',
  endpoints: Object.entries(ready).map(([name, isReady]) => ({
    addresses: ['10.0.0.1'],
    targetRef: { kind: 'Pod', name },
    conditions: { ready: isReady },
  })),
});

it('the backends are the ready endpoints of Services', () => {
  expect(readEndpoints([slice({ 'livekit-0': true, 'livekit-1': false })], pods)).toEqual({
    healthy: 1,
    total: 3,
    unhealthy: ['livekit-1', 'livekit-2'],
  });
  const metrics = slice({ 'livekit-0': true, 'livekit-1': true, 'livekit-2': false });
  expect(readEndpoints([slice({ 'livekit-0': false }), metrics], pods)).toMatchObject({
    healthy: 2,
    unhealthy: ['livekit-2'],
  });
});

it('without a Service of the nodes, nothing is known', () => {
  expect(readEndpoints([], pods)).toBeNull();
  expect(readEndpoints([slice({ 'redis-0': true })], pods)).toBeNull();
});
