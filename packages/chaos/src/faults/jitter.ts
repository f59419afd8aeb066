import { duration, strict } from '@livekit-swarm/settings';
import { impair, missingImpairmentSupport, rollbackImpairment } from './effects/impair.ts';
import { type Traffic, trafficParams } from './effects/packet-rules.ts';
import { requestedTraffic } from './effects/requested-traffic.ts';

export interface JitterParams extends Traffic {
  /** Mean, ms. */
  jitter: number;
}

/** A shared Wi-Fi. */
export const jitter = requestedTraffic<JitterParams>(
  {
    name: 'jitter',
    description: 'delays packets by a random time without reordering',
    rollbackDescription: 'remove the rules, stop swarm-impair (queued packets are delivered)',
    requires: ['packet_filter'],
    targets: ['node', 'redis', 'load-balancer', 'turn'],
    params: strict({
      jitter: duration(1, 2_000).describe(
        'Mean of the random delay of each packet; up to 20 ms also its interarrival jitter (RFC 3550).',
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
  },
  ({ jitter: jitterMs, ...traffic }) => ({ ...traffic, jitterMs }),
);
