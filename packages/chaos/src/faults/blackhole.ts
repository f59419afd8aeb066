import { strict } from '@livekit-swarm/settings';
import {
  dropPackets,
  missingTrafficSupport,
  rollbackPackets,
  type Traffic,
  trafficParams,
} from './effects/packet-rules.ts';
import { forAll } from './effects/process-control.ts';
import type { DescribedFault } from './fault.ts';

/** A cable that is pulled: whoever sends is not told that nothing arrives. */
export const blackhole: DescribedFault<Traffic> = {
  name: 'blackhole',
  description: 'every packet is dropped, and nobody is told',
  rollbackDescription: 'the rules are removed',
  requires: ['packets'],
  targets: ['node', 'redis', 'load-balancer', 'turn'],
  params: strict(trafficParams('both')),
  lasts: true,
  unavailable: missingTrafficSupport,
  inject: ({ platform, components, params, id }) =>
    forAll(components, (member) => dropPackets(platform, member, id, params, '')),
  rollback: ({ platform, components, id }) =>
    forAll(components, (member) => rollbackPackets(platform, member, id)),
};
