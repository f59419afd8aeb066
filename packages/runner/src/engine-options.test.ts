import { expect, it } from 'vitest';
import { engineOptions } from './engine-options.ts';

it('contains the address of a TURN server, also for workers on other hosts', () => {
  const options = { allocation: { workers: 1, threads: 2 } };
  expect(engineOptions(options, 'v1', { SWARM_TURN: 'turn.test:5349' })).toMatchObject({
    threads: 2,
    turn: 'turn.test:5349',
  });
  expect(engineOptions(options, 'v1', {})).not.toHaveProperty('turn');
});
