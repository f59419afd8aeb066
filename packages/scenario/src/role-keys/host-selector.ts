import { labels } from '@livekit-swarm/settings';
import { z } from 'zod';
import { defineRoleKey } from './definition.ts';

/**
 * Labels of the hosts that participants may be on, in a run on several; none: on any. Absent in
 * records of earlier versions.
 */
export const hostSelector = defineRoleKey({
  name: 'hostSelector',
  file: labels()
    .optional()
    .describe(
      'Labels of the hosts that these participants may be on, in a run with --queue. Default: any host of the run.',
    ),
  settings: z.record(z.string(), z.string()).exactOptional(),
  plan: 'same',
  read: (given) => given,
  write: (settings) => settings,
});
