import { duration, strict } from '@livekit-swarm/settings';
import { impair, missingImpairmentSupport, rollbackImpairment } from './effects/impair.ts';
import { type Traffic, trafficParams } from './effects/packet-rules.ts';
import type { DescribedFault } from './fault.ts';

export interface JitterParams extends Traffic {
  /** Mean, ms. */
  jitter: number;
}

/** A Wi-Fi that others use, too. */
export const jitter: DescribedFault<JitterParams> = {
  name: 'jitter',
  description: 'packets are held up by chance, without overtaking one another',
  rollbackDescription: 'the rules are removed, swarm-impair is ended, and what it held arrives',
  requires: ['packets'],
  targets: ['node', 'redis', 'load-balancer', 'turn'],
  params: strict({
    jitter: duration(1, 2_000).describe(
      'Mean of what each packet has to wait, by chance; also its interarrival jitter (RFC 3550), up to 20 ms.',
    ),
    ...trafficParams('udp'),
  }),
  lasts: true,
  unavailable: missingImpairmentSupport,
  inject: (context) => {
    const { params } = context;
    return impair(context, params, { jitterMs: params.jitter });
  },
  rollback: rollbackImpairment,
};
