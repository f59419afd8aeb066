import { share, strict } from '@livekit-swarm/core/settings';
import { cutPackets, healPackets, lacksTraffic, type Traffic, trafficParams } from './effects/packet-rules.ts';
import { forAll } from './effects/put-right.ts';
import type { DescribedFault } from './fault.ts';

export interface LossParams extends Traffic {
  /** 0 … 1. */
  loss: number;
}

/** What nftables draws a number from. */
const OUT_OF = 1_000_000;

export const packetLoss: DescribedFault<LossParams> = {
  name: 'packet-loss',
  description: 'a share of the packets is dropped, each by chance',
  healing: 'the rules are removed',
  needs: ['packets'],
  on: ['node', 'redis', 'balancer', 'turn'],
  params: strict({
    loss: share()
      .refine((loss) => loss > 0, 'must be more than 0%')
      .describe('Of every packet that the rest speaks of.'),
    ...trafficParams('udp'),
  }),
  lasts: true,
  available: lacksTraffic,
  inject: ({ target, members, params, id }) =>
    forAll(members, (member) => cutPackets(target, member, id, params, byChance(params.loss))),
  heal: ({ target, members, id }) => forAll(members, (member) => healPackets(target, member, id)),
};

const byChance = (loss: number): string => {
  const below = Math.max(1, Math.round(loss * OUT_OF));
  return below >= OUT_OF ? '' : `numgen random mod ${OUT_OF} < ${below}`;
};
