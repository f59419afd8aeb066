/**
 * Arbitrary scenarios for property-based tests: everything that a scenario file can express, with
 * unusual values.
 */
import { parseThreshold, type Threshold } from '@livekit-swarm/metrics';
import fc from 'fast-check';
import type { DurationDistribution } from '../../src/executors/duration-distribution.ts';
import { type ExecutorName, type ExecutorSpec, executorOf } from '../../src/executors/registry.ts';
import type { Stage } from '../../src/executors/stages.ts';
import type { LinkImpairment } from '../../src/network/impairment.ts';
import {
  networkPreset,
  networkPresetNames,
  PERFECT_LINK,
} from '../../src/network/network-presets.ts';
import type { RoleGrants } from '../../src/role-keys/grants.ts';
import type { Layout } from '../../src/role-keys/layout.ts';
import { PATHS } from '../../src/role-keys/path.ts';
import type { RoleSpec } from '../../src/role-keys/registry.ts';
import type { GroupSpec, NamedWindow, Scenario } from '../../src/scenario.ts';
import type { TrackPlan } from '../../src/track-plan.ts';
import { MUSIC_KILOBITS } from '../../src/track-plan.ts';

const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,12}$/);

/** Text of any script without control characters. */
const text = (maxLength: number) =>
  fc
    .string({ unit: 'grapheme', minLength: 1, maxLength })
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what may not be in it.
    .filter((one) => !/[\u0000-\u001f\u007f]/.test(one) && one.isWellFormed());

const duration = (min: number, max: number) =>
  fc.oneof(fc.integer({ min, max }), fc.double({ min, max, noNaN: true }));

const span: fc.Arbitrary<DurationDistribution> = fc.oneof(
  duration(1_000, 60_000).map((ms): DurationDistribution => ({ distribution: 'constant', ms })),
  fc.tuple(duration(1_000, 60_000), duration(0, 60_000)).map(
    ([minMs, more]): DurationDistribution => ({
      distribution: 'uniform',
      minMs,
      maxMs: minMs + more,
    }),
  ),
  duration(1_000, 60_000).map(
    (meanMs): DurationDistribution => ({ distribution: 'exponential', meanMs }),
  ),
  fc
    .tuple(duration(1_000, 60_000), fc.double({ min: 0.01, max: 3, noNaN: true }))
    .map(
      ([medianMs, sigma]): DurationDistribution => ({ distribution: 'lognormal', medianMs, sigma }),
    ),
);

const camera: fc.Arbitrary<TrackPlan> = fc.record(
  {
    kind: fc.constant('video' as const),
    source: fc.constant('camera' as const),
    codec: fc.constantFrom('vp8', 'h264'),
    resolution: fc.constantFrom('360p', '540p', '720p', '1080p'),
    simulcast: fc.boolean(),
    frameMetadata: fc.constant(true as const),
  },
  { requiredKeys: ['kind', 'source', 'codec', 'resolution', 'simulcast'] },
);

const screen: fc.Arbitrary<TrackPlan> = fc
  .record({
    codec: fc.constantFrom('vp8' as const, 'h264' as const),
    resolution: fc.constantFrom('720p' as const, '1080p' as const),
    simulcast: fc.boolean(),
    hasBitrate: fc.boolean(),
  })
  .map(({ hasBitrate, simulcast, ...track }) => ({
    ...track,
    kind: 'video',
    source: 'screen',
    simulcast: simulcast && track.resolution === '1080p',
    ...(hasBitrate && { bitrates: [4_000_000] }),
  }));

const audioTrack: fc.Arbitrary<TrackPlan> = fc.oneof(
  fc.constant<TrackPlan>({ kind: 'audio' }),
  fc.constant<TrackPlan>({ kind: 'audio', dtx: true }),
  fc.constantFrom(...MUSIC_KILOBITS).map((music): TrackPlan => ({ kind: 'audio', music })),
);

const tracks: fc.Arbitrary<TrackPlan[]> = fc
  .tuple(fc.option(audioTrack), fc.option(camera), fc.option(screen))
  .map((some) => some.filter((track) => track !== null));

const layout: fc.Arbitrary<Layout> = fc.oneof(
  fc.constantFrom<Layout>(
    { type: 'all' },
    { type: 'speaker' },
    { type: 'audio-only' },
    { type: 'none' },
  ),
  fc.integer({ min: 1, max: 100 }).map((tiles): Layout => ({ type: 'grid', tiles })),
);

const grants: fc.Arbitrary<RoleGrants> = fc.record(
  {
    canPublish: fc.boolean(),
    canPublishSources: fc
      .subarray(['camera', 'microphone', 'screen_share', 'screen_share_audio'] as const)
      .map((some) => [...some]),
    canPublishData: fc.boolean(),
    canSubscribe: fc.boolean(),
    canUpdateOwnMetadata: fc.boolean(),
    hidden: fc.boolean(),
    roomAdmin: fc.boolean(),
    recorder: fc.boolean(),
  },
  { requiredKeys: [] },
);

const link: fc.Arbitrary<LinkImpairment> = fc.oneof(
  fc.constant(PERFECT_LINK),
  fc.record({
    loss: fc.double({ min: 0, max: 0.5, noNaN: true }),
    burst: fc.double({ min: 1, max: 100, noNaN: true }),
    delayMs: duration(0, 10_000),
    jitterMs: duration(0, 1_000),
    reorder: fc.double({ min: 0, max: 0.5, noNaN: true }),
    rateBps: fc.option(fc.integer({ min: 10_000, max: 10_000_000_000 })),
    queueMs: duration(1, 10_000),
  }),
);

const network: fc.Arbitrary<RoleSpec['network']> = fc.option(
  fc.oneof(
    fc
      .constantFrom(...networkPresetNames())
      .map((preset) => ({ name: preset as string, impairment: networkPreset(preset).impairment })),
    fc.record({ up: link, down: link }).map((impairment) => ({ name: 'custom', impairment })),
  ),
);

const secretRef = fc.oneof(
  fc.constantFrom({ env: 'ROOM_SECRET' }, { env: 'OTHER' }),
  fc.constant({ file: '/run/secrets/room' }),
);

const e2ee: fc.Arbitrary<RoleSpec['e2ee']> = fc.oneof(
  { weight: 3, arbitrary: fc.constant(null) },
  fc
    .constantFrom('throw-away' as const, 'wrong-key' as const)
    .map((secret) => ({ secret, keyIndex: 0, ratchet: 0 })),
  fc.record({
    secret: fc.oneof(
      secretRef.map((passphrase) => ({ passphrase })),
      secretRef.map((key) => ({ key })),
    ),
    keyIndex: fc.integer({ min: 0, max: 15 }),
    ratchet: fc.integer({ min: 0, max: 16 }),
  }),
);

const role = (
  own: string,
  minCount: number,
  permanent: fc.Arbitrary<boolean>,
): fc.Arbitrary<RoleSpec> =>
  fc
    .record({
      name: fc.constant(own),
      count: fc.integer({ min: minCount, max: 4 }),
      publish: tracks,
      data: fc.option(
        fc.record({
          messagesPerSecond: fc.double({ min: 1e-6, max: 1_000, noNaN: true }),
          bytes: fc.integer({ min: 20, max: 15_000 }),
          reliable: fc.boolean(),
        }),
      ),
      subscribe: fc.boolean(),
      layout,
      grants,
      network,
      hostSelector: fc.option(fc.dictionary(name, text(20), { minKeys: 1, maxKeys: 3 })),
      permanent,
      path: fc.constantFrom(...PATHS),
      e2ee,
      adapts: fc.boolean(),
    })
    // A role that does not subscribe has the layout none.
    .map((one) => (one.subscribe ? one : { ...one, layout: { type: 'none' as const } }))
    .map(
      ({ hostSelector, adapts, ...one }): RoleSpec => ({
        ...one,
        ...(hostSelector !== null && { hostSelector }),
        ...(adapts && one.publish.some(({ kind }) => kind === 'video') && { rateAdaptation: true }),
      }),
    );

const stages = (
  prefix: string,
  minTarget: number,
  target: fc.Arbitrary<number>,
): fc.Arbitrary<Stage[]> =>
  fc.array(fc.tuple(duration(2_000, 20_000), target), { minLength: 1, maxLength: 4 }).map((list) =>
    list.map(([durationMs, to], index) => ({
      name: `${prefix}-${index}`,
      durationMs,
      target: Math.max(minTarget, to),
    })),
  );

const rooms = fc.integer({ min: 1, max: 5 });
const joinRate = fc.double({ min: 1, max: 100, noNaN: true });

/** Arbitrary settings of each executor. */
const executors = (
  prefix: string,
): { [Name in ExecutorName]: fc.Arbitrary<Extract<ExecutorSpec, { type: Name }>> } => ({
  'constant-rooms': fc.record({
    type: fc.constant('constant-rooms' as const),
    rooms,
    joinRate,
    durationMs: duration(1_000, 1e6),
  }),
  'ramping-rooms': fc.record({
    type: fc.constant('ramping-rooms' as const),
    startRooms: rooms,
    stages: stages(prefix, 0, fc.integer({ min: 0, max: 9 })),
  }),
  'constant-arrival-rate': fc.record({
    type: fc.constant('constant-arrival-rate' as const),
    rate: fc.double({ min: 0.1, max: 5, noNaN: true }),
    timeUnitMs: duration(1_000, 5_000),
    durationMs: duration(2_000, 20_000),
    roomDuration: span,
    maxRooms: fc.option(rooms),
  }),
  'ramping-arrival-rate': fc.record({
    type: fc.constant('ramping-arrival-rate' as const),
    startRate: fc.constant(2),
    timeUnitMs: fc.constant(1_000),
    stages: stages(prefix, 2, fc.double({ min: 2, max: 5, noNaN: true })),
    roomDuration: span,
    maxRooms: fc.option(rooms),
  }),
  'per-room-churn': fc.record({
    type: fc.constant('per-room-churn' as const),
    rooms,
    joinRate,
    durationMs: duration(2_000, 20_000),
    sessionDuration: span,
    replacementDelay: span,
  }),
  // The first role of a group, which is not permanent, has at least one participant.
  'ramping-participants': fc.record({
    type: fc.constant('ramping-participants' as const),
    rooms,
    startParticipants: fc.constant(1),
    stages: stages(prefix, 1, fc.constant(1)),
  }),
  timetable: fc
    .array(fc.tuple(duration(0, 20_000), rooms, duration(0, 1_000), duration(2_000, 20_000)), {
      minLength: 1,
      maxLength: 3,
    })
    .map((list) => ({
      type: 'timetable' as const,
      lessons: list.map(([atMs, many, joinSpreadMs, durationMs], index) => ({
        name: `${prefix}-${index}`,
        atMs,
        rooms: many,
        joinSpreadMs,
        durationMs,
      })),
    })),
});

const executor = (prefix: string): fc.Arbitrary<ExecutorSpec> =>
  fc.oneof(...Object.values<fc.Arbitrary<ExecutorSpec>>(executors(prefix)));

/** Check whether a group with the executor may name its room. */
const mayNameRoom = (spec: ExecutorSpec): spec is Extract<ExecutorSpec, { rooms: number }> =>
  'rooms' in spec;

/** Check whether the executor sets the times of all joins. */
const setsJoins = ({ type }: ExecutorSpec): boolean => type === 'ramping-participants';

const group = (index: number): fc.Arbitrary<GroupSpec> =>
  executor(`stage-${index}`).chain((spec) =>
    fc
      .record({
        name: name.map((one) => `${one}-${index}`),
        room: mayNameRoom(spec) ? fc.option(text(30)) : fc.constant(null),
        roomPrefix: fc.oneof(fc.constant('swarm'), text(20)),
        startMs: duration(0, 5_000),
        joinSpreadMs: setsJoins(spec) ? fc.constant(0) : duration(0, 5_000),
        executor: fc.constant(spec),
        first: role('first', 1, fc.constant(false)),
        others: fc.integer({ min: 0, max: 2 }).chain((count) =>
          fc.tuple(
            ...Array.from({ length: count }, (_, other) =>
              role(
                `role-${other}`,
                0,
                fc
                  .boolean()
                  .map((permanent) => permanent && executorOf(spec.type).replacesParticipants),
              ),
            ),
          ),
        ),
      })
      .map(
        ({ first, others, ...one }): GroupSpec => ({
          ...one,
          ...(one.room === null
            ? {}
            : {
                roomPrefix: 'swarm',
                executor: mayNameRoom(one.executor) ? { ...one.executor, rooms: 1 } : one.executor,
              }),
          // Every room has a publisher.
          roles: [
            {
              ...first,
              publish: [{ kind: 'audio' }, ...first.publish.filter(({ kind }) => kind === 'video')],
            },
            ...others,
          ],
        }),
      ),
  );

const windows: fc.Arbitrary<NamedWindow[]> = fc
  .array(fc.tuple(duration(0, 900), fc.option(duration(1, 5_000))), { maxLength: 3 })
  .map((list) =>
    list.map(([fromMs, more], index) => ({
      name: `stretch-${index}`,
      fromMs,
      toMs: more === null ? null : fromMs + more,
    })),
  );

const threshold = ({ groups }: { groups: readonly GroupSpec[] }): fc.Arbitrary<Threshold> =>
  fc
    .record({
      target: fc.constantFrom(
        'join_time',
        'join_failures',
        'join_time{role:first}',
        `join_time{group:${groups[0]?.name},role:first}@steady`,
        'packets_sent{kind:audio}',
        'packets_sent{role:first}@0s..900ms',
      ),
      operator: fc.constantFrom('<', '<=', '>', '>=', '==', '!='),
      limit: fc.oneof(
        fc.integer({ min: 0, max: 5_000 }),
        fc.double({ min: 1e-9, max: 1e6, noNaN: true }),
      ),
      abort: fc.constantFrom(
        '',
        ' abortOnFail',
        ' abortOnFail after 10s',
        ' abortOnFail after 1500ms',
      ),
    })
    .map(({ target, operator, limit, abort }) => {
      const aggregation = target.startsWith('join_time')
        ? 'p(95)'
        : target.startsWith('join_f')
          ? 'rate'
          : 'count';
      return parseThreshold(`${target}: ${aggregation}${operator}${limit}${abort}`);
    });

/** Scenario with thresholds in any order, also repeated ones. */
export const arbitraryScenario: fc.Arbitrary<Scenario> = fc
  .integer({ min: 1, max: 3 })
  .chain((count) => fc.tuple(...Array.from({ length: count }, (_, index) => group(index))))
  .chain((groups) =>
    fc.record({
      name,
      // Reading removes blanks around the text.
      description: fc.option(
        text(200)
          .map((one) => one.trim())
          .filter((one) => one !== ''),
      ),
      tags: fc
        .dictionary(fc.stringMatching(/^[A-Za-z][A-Za-z0-9_.-]{0,10}$/), text(20), { maxKeys: 3 })
        .map((tags) => ({ ...tags })),
      seed: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
      groups: fc.constant(groups),
      windows,
      thresholds: fc.array(threshold({ groups }), { maxLength: 5 }),
    }),
  );
