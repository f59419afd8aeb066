import { bitRate, duration, strict, yesOrNo } from '@livekit-swarm/settings';
import { impair, missingImpairmentSupport, rollbackImpairment } from './effects/impair.ts';
import { type Traffic, trafficParams } from './effects/packet-rules.ts';
import type { DescribedFault } from './fault.ts';

export interface RateParams extends Traffic {
  /** Bits a second. */
  rate: number;
  /** ms */
  queue: number;
  shared: boolean;
}

/** A link that is too small for what is sent over it. */
export const rateLimit: DescribedFault<RateParams> = {
  name: 'rate-limit',
  description: 'no more than so many bits a second pass; what waits too long is dropped',
  rollbackDescription: 'the rules are removed, swarm-impair is ended, and what it held arrives',
  requires: ['packets'],
  targets: ['node', 'redis', 'load-balancer', 'turn'],
  params: strict({
    rate: bitRate()
      .refine((rate) => rate > 0, 'must be more than 0')
      .describe('Headers of IP and UDP included, each way that is asked for.'),
    queue: duration(1, 10_000)
      .prefault('200ms')
      .describe('A packet that would wait longer for its turn is dropped.'),
    shared: yesOrNo()
      .default(true)
      .describe('All share the rate; false: every participant has it for itself.'),
    ...trafficParams('udp'),
  }),
  lasts: true,
  unavailable: missingImpairmentSupport,
  inject: (context) => {
    const { params } = context;
    return impair(context, params, {
      rateBps: params.rate,
      queueMs: params.queue,
      shared: params.shared,
    });
  },
  rollback: rollbackImpairment,
};
