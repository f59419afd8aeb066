import { z } from 'zod';
import { actionForm, actions as actionList } from '../actions/action-file.ts';
import { actionSchema } from '../actions/action-spec.ts';
import { defineRoleKey } from './definition.ts';

/** Actions of each participant during its stay, and their times. Absent: none. */
export const actions = defineRoleKey({
  name: 'actions',
  file: actionList()
    .optional()
    .describe('Actions of each of them during its stay, with their times.'),
  settings: z.array(actionSchema).exactOptional(),
  plan: 'none',
  nativeOnly: true,
  read: (given) => (given === undefined || given.length === 0 ? undefined : given),
  write: (settings) => (settings.length > 0 ? settings.map(actionForm) : undefined),
});
