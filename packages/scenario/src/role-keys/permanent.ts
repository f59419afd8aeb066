import { yesOrNo } from '@livekit-swarm/settings';
import { z } from 'zod';
import { defineRoleKey } from './definition.ts';

/**
 * Permanence with an executor that replaces participants: these stay as long as the room is open.
 */
export const permanent = defineRoleKey({
  name: 'permanent',
  file: yesOrNo()
    .default(false)
    .describe(
      'True for participants that stay as long as the room is open, with an executor that replaces participants.',
    ),
  settings: z.boolean(),
  plan: 'none',
  read: (given) => given,
  write: (settings) => settings || undefined,
  check: (given, { at, executor, complain }) => {
    if (given && !executor.replacesParticipants)
      complain(
        [...at, 'permanent'],
        `has no effect: with ${executor.type} all participants stay`,
        'leave it out, or use per-room-churn',
        'key',
      );
  },
});
