import { execFileSync } from 'node:child_process';
import {
  flagsOfLoad,
  formatScenario,
  type LoadSpec,
  loadOfScenario,
  loadSpecSchema,
  parseLoadFlags,
  parseScenario,
  parseThresholds,
  scenarioOfLoad,
  shellLine,
} from '@livekit-swarm/scenario';
import { Command } from 'commander';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addRunFlags, type RunFlags } from '../flags.ts';

/** Reads flags as `swarm` does. */
const loadOf = (words: readonly string[]): LoadSpec => {
  const command = addRunFlags(
    new Command().exitOverride().configureOutput({ writeErr: () => {} }),
    {},
  );
  return parseLoadFlags(command.parse([...words], { from: 'user' }).opts<RunFlags>());
};

const text = (maxLength: number) => fc.string({ unit: 'grapheme', minLength: 1, maxLength });
/** Numbers as users type them: decimals, not exponents. */
const decimal = (max: number) =>
  fc.integer({ min: 1, max: max * 1_000 }).map((thousandths) => thousandths / 1_000);

/** Every load that flags can ask for, as small as it may be. */
const loads: fc.Arbitrary<LoadSpec> = fc
  .record({
    rooms: fc.integer({ min: 1, max: 20 }),
    room: fc.option(text(20)),
    roomPrefix: fc.oneof(fc.constant('swarm'), text(20)),
    participants: fc.integer({ min: 0, max: 5 }),
    subscribers: fc.integer({ min: 0, max: 5 }),
    publish: fc.constantFrom<LoadSpec['publish']>([], ['audio'], ['video'], ['audio', 'video']),
    video: fc.constantFrom<LoadSpec['video']>('180p', '360p', '540p', '720p', '1080p'),
    codec: fc.constantFrom<LoadSpec['codec']>('vp8', 'h264'),
    simulcast: fc.boolean(),
    layout: fc.oneof(
      fc.constantFrom<LoadSpec['layout']>(
        { type: 'all' },
        { type: 'speaker' },
        { type: 'audio-only' },
        { type: 'none' },
      ),
      fc
        .integer({ min: 1, max: 100 })
        .map((tiles): LoadSpec['layout'] => ({ type: 'grid', tiles })),
    ),
    data: fc.option(
      fc.record({
        messagesPerSecond: decimal(1_000),
        bytes: fc.integer({ min: 32, max: 15_000 }),
        reliable: fc.boolean(),
      }),
    ),
    joinRate: decimal(10_000),
    durationMs: fc.oneof(
      fc.integer({ min: 1_000, max: 7 * 86_400_000 }),
      fc.double({ min: 1_000, max: 1e8, noNaN: true }),
    ),
  })
  .map((load): LoadSpec => {
    const video = load.publish.includes('video');
    return {
      ...load,
      // What flags cannot say together.
      ...(load.room === null ? {} : { rooms: 1, roomPrefix: 'swarm' }),
      ...(video ? {} : { video: '720p', codec: 'vp8', simulcast: false }),
      simulcast: video && load.simulcast && load.video !== '180p',
    };
  })
  .filter((load) => loadSpecSchema.safeParse(load).success);

const THRESHOLDS = [
  'join_time: p(95)<1500',
  'join_failures.rate<1%',
  'join_time p99 <= 2s abortOnFail after 1500ms',
  'join_time: max<5s',
];

describe('flags and scenario files', () => {
  it('say the same: flags, scenario, file, scenario, flags', () => {
    fc.assert(
      fc.property(loads, fc.subarray(THRESHOLDS), (load, texts) => {
        const thresholds = parseThresholds(texts);
        const words = flagsOfLoad(load);
        expect(loadOf(words)).toEqual(load);
        const scenario = scenarioOfLoad(load, thresholds);
        const read = parseScenario(formatScenario(scenario), { file: 'printed.yaml' });
        expect(read).toEqual(scenario);
        const back = loadOfScenario(read);
        // Several sets of flags (--publish none --participants 2, or --subscribers 2) give one scenario.
        if (back === null) throw new Error('a load from flags cannot be written as flags');
        expect(scenarioOfLoad(loadOf(flagsOfLoad(back)), thresholds)).toEqual(scenario);
        if (load.participants > 0 && load.publish.length > 0)
          expect(flagsOfLoad(back)).toEqual(words);
      }),
      { numRuns: 300 },
    );
  }, 60_000);

  it('say the same in one line of a shell', () => {
    fc.assert(
      fc.property(loads, (load) => {
        const words = flagsOfLoad(load);
        const printed = execFileSync(
          '/bin/sh',
          ['-c', `printf '%s\\n\\n' ${shellLine(['swarm', ...words])}`],
          {
            encoding: 'utf8',
          },
        );
        expect(printed.split('\n\n')).toEqual(['swarm', ...words, '']);
      }),
      { numRuns: 50 },
    );
  });

  it('know what flags have no word for', () => {
    const scenario = scenarioOfLoad(parseLoadFlags({}));
    expect(loadOfScenario(scenario)).toEqual(parseLoadFlags({}));
    expect(loadOfScenario({ ...scenario, tags: { team: 'voice' } })).toBeNull();
    expect(
      loadOfScenario({ ...scenario, windows: [{ name: 'peak', fromMs: 0, toMs: null }] }),
    ).toBeNull();
    const [group] = scenario.groups;
    if (group === undefined) throw new Error('there is a group');
    expect(loadOfScenario({ ...scenario, groups: [group, { ...group, name: 'more' }] })).toBeNull();
    expect(loadOfScenario({ ...scenario, groups: [{ ...group, joinSpreadMs: 5 }] })).toBeNull();
    expect(
      loadOfScenario({
        ...scenario,
        groups: [
          { ...group, roles: group.roles.map((role) => ({ ...role, grants: { hidden: true } })) },
        ],
      }),
    ).toBeNull();
  });
});
