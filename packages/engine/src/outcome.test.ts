import { LEFT_WHILE_JOINING } from '@livekit-swarm/record';
import { expect, test } from 'vitest';
import { outcomeOf } from './outcome.ts';

test('a participant that leaves during its first attempt to join left while joining', () => {
  expect(outcomeOf('joining', null)).toEqual({
    outcome: 'join_failed',
    reason: LEFT_WHILE_JOINING,
  });
});

test('a participant that leaves before its next attempt keeps the reason of the last attempt', () => {
  expect(outcomeOf('joining', 'udp_ports_exhausted')).toEqual({
    outcome: 'join_failed',
    reason: 'udp_ports_exhausted',
  });
});
