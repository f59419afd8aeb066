import { yesOrNo } from '@livekit-swarm/settings';
import { z } from 'zod';
import { defineRoleKey, type Reading, type Writing } from './definition.ts';
import type { Layout } from './layout.ts';

/** The keys of a role that this key depends on. */
export interface SubscribeRole {
  publish: readonly unknown[];
  data: unknown;
  layout: Layout;
  ingress?: string;
}

/** Choice to receive any tracks; `layout` decides which. */
export const subscribe = defineRoleKey({
  name: 'subscribe',
  file: yesOrNo()
    .optional()
    .describe('Receive the tracks of others. Default: yes; no with ingress.'),
  settings: z.boolean(),
  plan: 'same',
  isBounded: true,
  read: (
    given,
    {
      role: { layout, ingress },
    }: Reading<{ layout?: Layout | undefined; ingress?: string | undefined }>,
  ): boolean => given ?? (layout?.type !== 'none' && ingress === undefined),
  write: (
    settings,
    { role: { publish, data, layout, ingress }, receives }: Writing<SubscribeRole>,
  ) => {
    // Without it, a role that neither receives nor sends is taken for a mistake.
    const unserved = settings && !receives && publish.length === 0 && data === null;
    // With ingress, nothing is received in any case.
    if (!settings && ingress !== undefined) return undefined;
    return !settings || unserved || layout.type === 'none' ? settings : undefined;
  },
});
