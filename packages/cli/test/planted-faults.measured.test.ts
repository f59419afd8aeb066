/** A fault on the load generator's side makes a run inconclusive, with its cause; the same on the server's side is a failure. */
import { EXIT_CODES } from '@livekit-swarm/settings';
import { describe, expect, test } from 'vitest';
import { PLANTINGS } from './support/plant-fault.ts';
import {
  factsOf,
  GENERATOR_FAULTS,
  type PlantedFault,
  SERVER_FAULTS,
} from './support/planted-faults.ts';

describe.each([
  ['generator', GENERATOR_FAULTS],
  ['server', SERVER_FAULTS],
])('%s', (_, faults) => {
  test.for(factsOf(faults))('%s', async ([name, facts], { skip }) => {
    const { unavailable, run } = PLANTINGS[name as PlantedFault];
    const why = (await unavailable?.()) ?? null;
    skip(why !== null, why ?? '');
    const { outcome, findings = [], reasons = [], error = null } = facts;
    const faulty = await run();
    expect(faulty).toEqual({
      exitCode: EXIT_CODES[outcome].code,
      findings: findings.length === 0 ? expect.any(Array) : expect.arrayContaining([...findings]),
      reasons: expect.arrayContaining([...reasons]),
      error,
    });
  });
});
