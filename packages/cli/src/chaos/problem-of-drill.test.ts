import { ChaosError } from '@livekit-swarm/chaos/error';
import { expect, it } from 'vitest';
import { problemOfDrill } from './problem-of-drill.ts';

const stuck = new ChaosError(
  'not-healed',
  'kill (abcdefgh), done to node-1, could not be taken back',
  'run "swarm chaos heal"',
);

it('says what could not be healed to those who interrupt, too', () => {
  for (const interrupted of [true, false])
    expect(problemOfDrill(stuck, interrupted)).toMatchObject({
      exitCode: 3,
      reason: 'not-healed',
      message: stuck.message,
    });
});

it('takes everything else that ends a drill after Ctrl-C for what was asked for', () => {
  expect(problemOfDrill(new Error('aborted'), true)).toMatchObject({
    exitCode: 130,
    reason: 'interrupted',
  });
  expect(problemOfDrill(new ChaosError('no-member', 'nobody'), false)).toMatchObject({
    exitCode: 3,
    reason: 'no-member',
  });
});
