/** `swarm verify` finds nothing in a deployment that is right, again and again. */
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { expect, it } from 'vitest';
import { healthyLab } from '../support/planted-misconfigurations.ts';
import { findingsOf } from '../support/verify.ts';

await skipWithout('redis', 'openssl');

const RUNS = 20;

it(`finds nothing in a healthy lab in ${RUNS} runs`, { timeout: 1_200_000 }, async () => {
  await using parts = new AsyncDisposableStack();
  const call = await healthyLab(parts);
  for (let run = 1; run <= RUNS; run++)
    expect(await findingsOf(call), `run ${run}`).toMatchObject({ exit: 0, findings: [] });
});
