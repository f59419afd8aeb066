import { SwarmError } from '@livekit-swarm/settings';
import { expect, it } from 'vitest';
import { noDrillOf } from './supervise-drill.ts';

const stuck = new SwarmError(
  'rollback_failed',
  'kill (abcdefgh), done to node-1, failed',
  'run "swarm chaos rollback"',
);

it('reports a failed rollback after an interruption, too', () => {
  for (const interrupted of [true, false])
    expect(noDrillOf('kill', stuck, interrupted)).toMatchObject({
      exitCode: 3,
      code: 'rollback_failed',
      message: stuck.message,
    });
});

it('treats any other end of a drill after Ctrl-C as the requested interruption', () => {
  expect(noDrillOf('kill', new Error('aborted'), true)).toMatchObject({
    exitCode: 130,
    code: 'interrupted',
  });
  expect(noDrillOf('kill', new SwarmError('component_not_found', 'unknown'), false)).toMatchObject({
    exitCode: 3,
    code: 'component_not_found',
  });
});
