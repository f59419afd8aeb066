import { yesOrNo } from '@livekit-swarm/settings';
import { z } from 'zod';
import { defineRoleKey, type Reading, type Writing } from './definition.ts';
import type { Layout } from './layout.ts';

/** The keys of a role that this key depends on. */
export interface SubscribeRole {
  publish: readonly unknown[];
  data: unknown;
  layout: Layout;
}

/** Choice to receive any tracks; `layout` decides which. */
export const subscribe = defineRoleKey({
  name: 'subscribe',
  file: yesOrNo().optional().describe('Receive the tracks of others. Default: yes.'),
  settings: z.boolean(),
  plan: 'same',
  isBounded: true,
  read: (given, { role: { layout } }: Reading<{ layout?: Layout | undefined }>): boolean =>
    given ?? layout?.type !== 'none',
  write: (settings, { role: { publish, data, layout }, receives }: Writing<SubscribeRole>) => {
    // Without it, a role that neither receives nor sends is taken for a mistake.
    const unserved = settings && !receives && publish.length === 0 && data === null;
    return !settings || unserved || layout.type === 'none' ? settings : undefined;
  },
});
