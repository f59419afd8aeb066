import { share, strict } from '@livekit-swarm/settings';
import { impair, missingImpairmentSupport, rollbackImpairment } from './effects/impair.ts';
import { type Traffic, trafficParams } from './effects/packet-rules.ts';
import { requestedTraffic } from './effects/requested-traffic.ts';

export interface ReorderParams extends Traffic {
  /** 0 … 0.5. */
  share: number;
}

/** Several paths to the same destination. */
export const reorder = requestedTraffic<ReorderParams>(
  {
    name: 'reorder',
    description: 'delivers a share of packets after their successor',
    rollbackDescription: 'remove the rules, stop swarm-impair (queued packets are delivered)',
    requires: ['packet_filter'],
    targets: ['node', 'redis', 'load-balancer', 'turn'],
    params: strict({
      share: share()
        .refine((part) => part > 0 && part <= 0.5, 'must be more than 0% and at most 50%')
        .describe('Share of the packets of each stream.'),
      ...trafficParams('udp'),
    }),
    lasts: true,
    unavailable: missingImpairmentSupport,
    inject: (context) => {
      const { params } = context;
      return impair(context, params, { reorder: params.share });
    },
    rollback: rollbackImpairment,
  },
  ({ share, ...traffic }) => ({ ...traffic, reorder: share }),
);
