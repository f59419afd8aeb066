import { strict } from '@livekit-swarm/settings';
import {
  cutPackets,
  healPackets,
  lacksTraffic,
  type Traffic,
  trafficParams,
} from './effects/packet-rules.ts';
import { forAll } from './effects/process-control.ts';
import type { DescribedFault } from './fault.ts';

/** A cable that is pulled: whoever sends is not told that nothing arrives. */
export const blackhole: DescribedFault<Traffic> = {
  name: 'blackhole',
  description: 'every packet is dropped, and nobody is told',
  healing: 'the rules are removed',
  needs: ['packets'],
  on: ['node', 'redis', 'balancer', 'turn'],
  params: strict(trafficParams('both')),
  lasts: true,
  available: lacksTraffic,
  inject: ({ target, members, params, id }) =>
    forAll(members, (member) => cutPackets(target, member, id, params, '')),
  heal: ({ target, members, id }) => forAll(members, (member) => healPackets(target, member, id)),
};
