import { expect, it } from 'vitest';
import { reservationOf } from './reservation.ts';

const POD = { name: 'livekit-0', image: 'livekit/livekit-server:v1.13.4' };
const reservation = (pod: Partial<typeof POD> = {}, expiresAfterMs: number | null = 90_400) =>
  reservationOf('abcd1234', { ...POD, ...pod }, 'm1', 'livekit', expiresAfterMs);

it('is on the host of the pod, and ends on its own without a trace', () => {
  expect(reservation()).toMatchObject({
    metadata: {
      name: 'swarm-abcd1234-livekit-0',
      namespace: 'livekit',
      labels: { 'livekit-swarm/injection': 'abcd1234' },
    },
    spec: {
      activeDeadlineSeconds: 91,
      ttlSecondsAfterFinished: 0,
      template: {
        metadata: { labels: { 'livekit-swarm/injection': 'abcd1234' } },
        spec: { nodeName: 'm1', automountServiceAccountToken: false },
      },
    },
  });
  expect(reservation({}, null).spec?.activeDeadlineSeconds).toBe(3_600);
});

it('has a name that is also a valid label', () => {
  const name = reservation({ name: `livekit-${'x'.repeat(40)}-7d9f8c6b5d-abcde` }).metadata?.name;
  expect(name).toMatch(/^swarm-abcd1234-livekit-x+[a-z0-9-]*[a-z0-9]$/);
  expect(name?.length).toBeLessThanOrEqual(63);
});
