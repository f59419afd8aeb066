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
import type { DescribedFault } from './fault.ts';

export interface LossParams extends Traffic {
  /** 0 … 1. */
  loss: number;
  /** Mean length of a run of losses, packets. */
  burst: number;
}

/** What nftables draws a number from. */
const OUT_OF = 1_000_000;

export const packetLoss: DescribedFault<LossParams> = {
  name: 'packet-loss',
  description: 'a share of the packets is dropped, by chance, each by itself or in runs',
  rollbackDescription: 'the rules are removed, and swarm-impair is ended where it was needed',
  requires: ['packets'],
  targets: ['node', 'redis', 'load-balancer', 'turn'],
  params: strict({
    loss: share()
      .refine((loss) => loss > 0, 'must be more than 0%')
      .describe('Of every packet that the rest speaks of.'),
    burst: positive(1_000)
      .refine((burst) => burst >= 1, 'must be at least 1')
      .default(1)
      .describe('Mean length of a run of losses, packets. 1: each by itself.'),
    ...trafficParams('udp'),
  }),
  lasts: true,
  unavailable: (target, member, params) =>
    inBursts(params)
      ? missingImpairmentSupport(target, member, params)
      : missingTrafficSupport(target, member, params),
  inject: (context) => {
    const { platform, components, params, id } = context;
    if (inBursts(params))
      return impair(context, params, { loss: params.loss, burst: params.burst });
    return forAll(components, (member) =>
      dropPackets(platform, member, id, params, byChance(params.loss)),
    );
  },
  rollback: (context) => {
    const { platform, components, params, id } = context;
    if (inBursts(params)) return rollbackImpairment(context);
    return forAll(components, (member) => rollbackPackets(platform, member, id));
  },
};

/** nftables remembers nothing from one packet to the next. */
const inBursts = ({ burst, loss }: LossParams): boolean => burst > 1 && loss < 1;

const byChance = (loss: number): string => {
  const below = Math.max(1, Math.round(loss * OUT_OF));
  return below >= OUT_OF ? '' : `numgen random mod ${OUT_OF} < ${below}`;
};
