import { share, strict } from '@livekit-swarm/settings';
import { impair, missingImpairmentSupport, rollbackImpairment } from './effects/impair.ts';
import { type Traffic, trafficParams } from './effects/packet-rules.ts';
import type { DescribedFault } from './fault.ts';

export interface ReorderParams extends Traffic {
  /** 0 … 0.5. */
  share: number;
}

/** Several ways to the same place. */
export const reorder: DescribedFault<ReorderParams> = {
  name: 'reorder',
  description: 'a share of the packets arrives behind the one that followed it',
  rollbackDescription: 'the rules are removed, swarm-impair is ended, and what it held arrives',
  requires: ['packets'],
  targets: ['node', 'redis', 'load-balancer', 'turn'],
  params: strict({
    share: share()
      .refine((part) => part > 0 && part <= 0.5, 'must be more than 0% and at most 50%')
      .describe('Of the packets of each stream.'),
    ...trafficParams('udp'),
  }),
  lasts: true,
  unavailable: missingImpairmentSupport,
  inject: (context) => {
    const { params } = context;
    return impair(context, params, { reorder: params.share });
  },
  rollback: rollbackImpairment,
};
