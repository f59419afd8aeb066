import { strict } from '@livekit-swarm/settings';
import {
  dropPackets,
  missingTrafficSupport,
  rollbackPackets,
  type Traffic,
  trafficParams,
} from './effects/packet-rules.ts';
import { forAll } from './effects/process-control.ts';
import { requestedTraffic } from './effects/requested-traffic.ts';

/** A pulled cable: no sender is notified. */
export const blackhole = requestedTraffic<Traffic>(
  {
    name: 'blackhole',
    description: 'drops every packet silently',
    rollbackDescription: 'remove the rules',
    requires: ['packet_filter'],
    targets: ['node', 'redis', 'load-balancer', 'turn'],
    params: strict(trafficParams('both')),
    lasts: true,
    unavailable: missingTrafficSupport,
    inject: ({ platform, components, params, id }) =>
      forAll(components, (component) => dropPackets(platform, component, id, params, '')),
    rollback: ({ platform, components, id }) =>
      forAll(components, (component) => rollbackPackets(platform, component, id)),
  },
  (traffic) => ({ ...traffic, loss: 1 }),
);
