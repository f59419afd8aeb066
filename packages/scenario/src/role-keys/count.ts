import { whole } from '@livekit-swarm/settings';
import { z } from 'zod';
import { LIMITS } from '../limits.ts';
import { defineRoleKey } from './definition.ts';

export const count = defineRoleKey({
  name: 'count',
  file: whole(0, LIMITS.perRoom).default(1).describe('Participants of the role per room.'),
  settings: z.number().min(0).describe('Participants of the role in each room.'),
  plan: 'none',
  read: (given) => given,
  write: (settings) => settings,
});
