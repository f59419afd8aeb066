import { bitRate, duration, positive, share, strict, yesOrNo } from '@livekit-swarm/settings';
import type { z } from 'zod';
import { COMPONENT_KINDS } from '../targets/platform.ts';
import {
  findImpairment,
  impair,
  impairmentSteps,
  missingImpairmentSupport,
  rollbackImpairment,
} from './effects/impair.ts';
import type { Impairment } from './effects/link-arguments.ts';
import { removeTablesStep } from './effects/nft-table.ts';
import {
  dropPackets,
  findDropRules,
  missingTrafficSupport,
  requestedTraffic,
  rollbackPackets,
  type Traffic,
  trafficParams,
} from './effects/packet-rules.ts';
import { forAll } from './effects/process-control.ts';
import type { DescribedFault } from './fault.ts';

/** Loss of all packets, as with a pulled cable: no sender is notified. */
export const blackhole = requestedTraffic<Traffic>(
  {
    name: 'blackhole',
    description: 'drops every packet silently',
    rollbackDescription: 'remove the rules',
    requires: ['packet_filter'],
    targets: COMPONENT_KINDS,
    params: strict(trafficParams('both')),
    example: {},
    variants: [{ protocol: 'udp' }, { protocol: 'tcp' }, { direction: 'in' }, { direction: 'out' }],
    lasts: true,
    unavailable: missingTrafficSupport,
    inject: ({ platform, components, params, id }) =>
      forAll(components, (component) => dropPackets(platform, component, id, params, '')),
    missingEffect: ({ platform, params, id }, component, atEnd) =>
      findDropRules(platform, component, id, params, atEnd),
    rollbackSteps: ({ id }) => [removeTablesStep(id)],
    rollback: ({ platform, components, id }) =>
      forAll(components, (component) => rollbackPackets(platform, component, id)),
  },
  (traffic) => ({ ...traffic, loss: 1 }),
);

const lossParams = strict({
  loss: share()
    .refine((loss) => loss > 0, 'must be more than 0%')
    .describe('Share of the packets that the other parameters select.'),
  burst: positive(1_000)
    .refine((burst) => burst >= 1, 'must be at least 1')
    .default(1)
    .describe('Mean length of a burst of losses, packets. 1: individual losses.'),
  ...trafficParams('udp'),
});

type LossParams = z.output<typeof lossParams>;

export const packetLoss = requestedTraffic<LossParams>(
  {
    name: 'packet-loss',
    description: 'drops a share of packets at random, individually or in bursts',
    rollbackDescription: 'remove the rules, stop swarm-impair where it was needed',
    requires: ['packet_filter'],
    targets: COMPONENT_KINDS,
    params: lossParams,
    example: { loss: '20%' },
    variants: [{ loss: '60%' }, { loss: '100%', direction: 'in' }, { loss: '20%', burst: 8 }],
    lasts: true,
    unavailable: (platform, component, params) =>
      inBursts(params)
        ? missingImpairmentSupport(platform, component, params)
        : missingTrafficSupport(platform, component, params),
    inject: (context) => {
      const { platform, components, params, id } = context;
      const { loss, burst } = params;
      if (inBursts(params)) return impair(context, params, { loss, burst });
      return forAll(components, (component) =>
        dropPackets(platform, component, id, params, atRandom(loss)),
      );
    },
    // Random loss of few packets may drop none, so only a loss of 100 % must have matched.
    missingEffect: (context, component, atEnd) => {
      const { platform, params, id } = context;
      return inBursts(params)
        ? findImpairment(context, component, atEnd)
        : findDropRules(platform, component, id, params, atEnd && params.loss >= 1);
    },
    rollbackSteps: (context, component) =>
      inBursts(context.params)
        ? impairmentSteps(context, component)
        : [removeTablesStep(context.id)],
    rollback: (context) => {
      const { platform, components, params, id } = context;
      if (inBursts(params)) return rollbackImpairment(context);
      return forAll(components, (component) => rollbackPackets(platform, component, id));
    },
  },
  (params) => params,
);

/** Returns true for losses in bursts, for which nftables lacks state between packets. */
const inBursts = ({ burst, loss }: LossParams): boolean => burst > 1 && loss < 1;

/** Range of the random numbers of nftables. */
const RANDOM_RANGE = 1_000_000;

const atRandom = (loss: number): string => {
  const below = Math.max(1, Math.round(loss * RANDOM_RANGE));
  return below >= RANDOM_RANGE ? '' : `numgen random mod ${RANDOM_RANGE} < ${below}`;
};

/** Makes a fault that swarm-impair or a controller of the platform causes. */
const impairmentFault = <Params extends Traffic>(
  fault: Pick<DescribedFault<Params>, 'name' | 'description' | 'params' | 'example'>,
  impairmentOf: (params: Params) => Impairment,
): DescribedFault<Params> =>
  requestedTraffic<Params>(
    {
      ...fault,
      rollbackDescription: 'remove the rules, stop swarm-impair (queued packets are delivered)',
      requires: ['packet_filter'],
      targets: COMPONENT_KINDS,
      lasts: true,
      unavailable: missingImpairmentSupport,
      inject: (context) => impair(context, context.params, impairmentOf(context.params)),
      missingEffect: findImpairment,
      rollbackSteps: impairmentSteps,
      rollback: rollbackImpairment,
    },
    (params) => {
      const { protocol, direction } = params;
      return { protocol, direction, ...impairmentOf(params) };
    },
  );

/** Delay of every packet, as by distance or a queue that is never empty. */
export const delay = impairmentFault(
  {
    name: 'delay',
    description: 'delays every packet',
    params: strict({
      delay: duration(1, 10_000).describe('Delay of every packet, in each direction.'),
      ...trafficParams('udp'),
    }),
    example: { delay: '50ms' },
  },
  ({ delay }) => ({ delayMs: delay }),
);

/** Varying delay without reordering, as in a shared Wi-Fi. */
export const jitter = impairmentFault(
  {
    name: 'jitter',
    description: 'delays packets by a random time without reordering',
    params: strict({
      jitter: duration(1, 2_000).describe(
        'Mean of the random delay of each packet; up to 20 ms also its interarrival jitter (RFC 3550).',
      ),
      ...trafficParams('udp'),
    }),
    example: { jitter: '20ms' },
  },
  ({ jitter }) => ({ jitterMs: jitter }),
);

/** Reordering, as by several paths to one destination. */
export const reorder = impairmentFault(
  {
    name: 'reorder',
    description: 'delivers a share of packets after their successor',
    params: strict({
      share: share()
        .refine((part) => part > 0 && part <= 0.5, 'must be more than 0% and at most 50%')
        .describe('Share of the packets of each stream.'),
      ...trafficParams('udp'),
    }),
    example: { share: '10%' },
  },
  ({ share }) => ({ reorder: share }),
);

/** Limited rate, as on a link that is too small for its traffic. */
export const rateLimit = impairmentFault(
  {
    name: 'rate-limit',
    description: 'limits throughput; packets that wait longer than the queue are dropped',
    params: strict({
      rate: bitRate()
        .refine((rate) => rate > 0, 'must be more than 0')
        .describe('Includes IP and UDP headers; in each direction.'),
      queue: duration(1, 10_000)
        .prefault('200ms')
        .describe('A packet that would wait longer is dropped.'),
      shared: yesOrNo()
        .default(true)
        .describe('All participants share the rate; false: each has its own.'),
      ...trafficParams('udp'),
    }),
    example: { rate: '1Mbit/s' },
  },
  ({ rate, queue, shared }) => ({ rateBps: rate, queueMs: queue, shared }),
);
