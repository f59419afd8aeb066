import { expect, it } from 'vitest';
import { engineOptions } from './engine-options.ts';

it('takes the address of a TURN server along to workers of other hosts', () => {
  const options = { allocation: { workers: 1, threads: 2 } };
  expect(engineOptions(options, 'v1', { SWARM_TURN: 'turn.test:5349' })).toMatchObject({
    threads: 2,
    turn: 'turn.test:5349',
  });
  expect(engineOptions(options, 'v1', {})).not.toHaveProperty('turn');
});
