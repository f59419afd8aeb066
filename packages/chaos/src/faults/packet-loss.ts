import { positive, share, strict } from '@livekit-swarm/settings';
import { impair, missingImpairmentSupport, rollbackImpairment } from './effects/impair.ts';
import {
  dropPackets,
  missingTrafficSupport,
  rollbackPackets,
  type Traffic,
  trafficParams,
} from './effects/packet-rules.ts';
import { forAll } from './effects/process-control.ts';
import { requestedTraffic } from './effects/requested-traffic.ts';

export interface LossParams extends Traffic {
  /** 0 … 1. */
  loss: number;
  /** Mean length of a burst of losses, packets. */
  burst: number;
}

/** Range of the random number of nftables. */
const OUT_OF = 1_000_000;

export const packetLoss = requestedTraffic<LossParams>(
  {
    name: 'packet-loss',
    description: 'drops a share of packets at random, individually or in bursts',
    rollbackDescription: 'remove the rules, stop swarm-impair where it was needed',
    requires: ['packet_filter'],
    targets: ['node', 'redis', 'load-balancer', 'turn'],
    params: strict({
      loss: share()
        .refine((loss) => loss > 0, 'must be more than 0%')
        .describe('Share of the packets that the other parameters select.'),
      burst: positive(1_000)
        .refine((burst) => burst >= 1, 'must be at least 1')
        .default(1)
        .describe('Mean length of a burst of losses, packets. 1: individual losses.'),
      ...trafficParams('udp'),
    }),
    lasts: true,
    unavailable: (platform, component, params) =>
      inBursts(params)
        ? missingImpairmentSupport(platform, component, params)
        : missingTrafficSupport(platform, component, params),
    inject: (context) => {
      const { platform, components, params, id } = context;
      if (inBursts(params))
        return impair(context, params, { loss: params.loss, burst: params.burst });
      return forAll(components, (component) =>
        dropPackets(platform, component, id, params, byChance(params.loss)),
      );
    },
    rollback: (context) => {
      const { platform, components, params, id } = context;
      if (inBursts(params)) return rollbackImpairment(context);
      return forAll(components, (component) => rollbackPackets(platform, component, id));
    },
  },
  (params) => params,
);

/** nftables keeps no state between packets, which bursts need. */
const inBursts = ({ burst, loss }: LossParams): boolean => burst > 1 && loss < 1;

const byChance = (loss: number): string => {
  const below = Math.max(1, Math.round(loss * OUT_OF));
  return below >= OUT_OF ? '' : `numgen random mod ${OUT_OF} < ${below}`;
};
