import { expandPlan, splitPlan, workersAnywhere } from '@livekit-swarm/scenario';
import { scenarioOfLoad } from '@livekit-swarm/testkit/load-spec';
import { expect, it } from 'vitest';
import { createAdmissionQueue } from './admissions.ts';
import { ADMISSION_LEAD_MS } from './worker-protocol.ts';

const deployment = {
  url: 'ws://127.0.0.1:7880',
  apiKey: 'key',
  apiSecret: 'a secret that is long enough for HMAC',
};
// One participant per second for a hundred seconds.
const plan = expandPlan(scenarioOfLoad({ rooms: 50, participants: 2, joinRate: 1 }), 't3st');

const expiryOf = (token: string): number =>
  (JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { exp: number })
    .exp;

it('takes each participant once, half a minute before its scheduled join', async () => {
  const recruiting = createAdmissionQueue(splitPlan(plan, workersAnywhere(2)), deployment);
  const taken: number[] = [];
  for (const now of [0, 1_000, 1_000, 50_000, 200_000, 300_000]) {
    const indices = (await recruiting.take(now)).flatMap(({ admitted }) =>
      admitted.map((one) => one.plan.index),
    );
    for (const index of indices)
      expect(plan.participants[index]?.joinAtMs).toBeLessThanOrEqual(now + ADMISSION_LEAD_MS);
    taken.push(...indices);
  }
  expect(taken.sort((a, b) => a - b)).toEqual(plan.participants.map(({ index }) => index));
});

it('contains the endpoint instead of a token if a role has one', async () => {
  const endpoint = { url: 'https://app.example.com/token', headers: {}, hosts: ['127.0.0.1'] };
  const shards = splitPlan(plan, workersAnywhere(1));
  const recruiting = createAdmissionQueue(shards, deployment, undefined, () => endpoint);
  const [draft] = await recruiting.take(0);
  expect(draft?.admitted[0]?.admission).toEqual({ url: deployment.url, token: '', endpoint });
});

it('contains tokens that are valid until ten minutes after the scheduled join, not for the whole run', async () => {
  const recruiting = createAdmissionQueue(splitPlan(plan, workersAnywhere(1)), deployment);
  await recruiting.take(60_000);
  const [draft] = await recruiting.take(70_000);
  for (const { plan: one, admission } of draft?.admitted ?? []) {
    const left = expiryOf(admission.token) - Date.now() / 1_000;
    expect(left).toBeCloseTo((one.joinAtMs - 70_000) / 1_000 + 600, -1);
  }
});
