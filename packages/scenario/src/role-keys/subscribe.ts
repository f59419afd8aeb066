import { yesOrNo } from '@livekit-swarm/settings';
import { z } from 'zod';
import { defineRoleKey, type Reading, type Writing } from './definition.ts';
import type { Layout } from './layout.ts';
import type { Stream } from './stream.ts';

/** The keys of a role that this key depends on. */
export interface SubscribeRole {
  publish: readonly unknown[];
  data: unknown;
  layout: Layout;
  ingress?: string;
  stream?: Stream;
}

/** True for a role that only sends media. */
const onlySends = ({
  ingress,
  stream,
}: {
  ingress?: string | undefined;
  stream?: Stream | undefined;
}): boolean => ingress !== undefined || stream?.protocol === 'whip';

/** Choice to receive any tracks; `layout` decides which. */
export const subscribe = defineRoleKey({
  name: 'subscribe',
  file: yesOrNo()
    .optional()
    .describe('Receive the tracks of others. Default: yes; no with ingress and whip.'),
  settings: z.boolean(),
  plan: 'same',
  isBounded: true,
  read: (
    given,
    {
      role,
    }: Reading<{
      layout?: Layout | undefined;
      ingress?: string | undefined;
      stream?: Stream | undefined;
    }>,
  ): boolean => given ?? (role.layout?.type !== 'none' && !onlySends(role)),
  write: (settings, { role, receives }: Writing<SubscribeRole>) => {
    const { publish, data, layout, stream } = role;
    // Without it, a role that neither receives nor sends is taken for a mistake.
    const unserved =
      settings && !receives && publish.length === 0 && data === null && stream === undefined;
    // Those that only send receive nothing in any case.
    if (!settings && onlySends(role)) return undefined;
    return !settings || unserved || layout.type === 'none' ? settings : undefined;
  },
});
