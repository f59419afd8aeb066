import { SwarmError } from '@livekit-swarm/settings';
import type { Component, Platform } from '../targets/platform.ts';
import { forAll } from './effects/process-control.ts';
import { flushRedis } from './effects/redis-command.ts';
import type { DescribedFault } from './fault.ts';
import { type NoParams, noParams } from './fault.ts';

/** A FLUSHALL, or a failover to an empty replica: Redis runs, and knows no room, node or route. */
export const redisFlush: DescribedFault<NoParams> = {
  name: 'redis-flush',
  description: 'FLUSHALL: deletes all keys',
  rollbackDescription:
    'nothing to roll back: nodes register again on their own; rooms that were registered stay unknown',
  requires: [],
  targets: ['redis'],
  params: noParams,
  lasts: false,
  durationOf: () => 0,
  unavailable: async (_target, component) =>
    component.ports?.tcp[0] === undefined ? `the port of ${component.name} is not known` : null,
  inject: ({ platform, components }) =>
    forAll(components, (component) => flush(platform, component)),
  rollback: async () => {},
};

const flush = async (platform: Platform, component: Component): Promise<void> => {
  const port = component.ports?.tcp[0];
  if (port === undefined)
    throw new SwarmError('fault_unavailable', `the port of ${component.name} is not known`);
  await flushRedis(platform, component, port);
};
