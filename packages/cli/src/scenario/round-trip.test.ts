import { execFileSync } from 'node:child_process';
import {
  formatScenario,
  type LoadFlags,
  parseScenario,
  scenarioOfFlags,
} from '@livekit-swarm/scenario';
import { shellLine } from '@livekit-swarm/settings';
import { propertyRuns } from '@livekit-swarm/testkit/property-runs';
import { Command } from 'commander';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scenarioWords } from '../commands/print-scenario.ts';
import { addRunFlags, type RunFlags } from '../flags/run.ts';

/** Reads flags as `swarm` does. */
const flagsOf = (words: readonly string[]): RunFlags =>
  addRunFlags(new Command().exitOverride().configureOutput({ writeErr: () => {} }), {})
    .parse([...words], { from: 'user' })
    .opts<RunFlags>();

const text = (maxLength: number) => fc.string({ unit: 'grapheme', minLength: 1, maxLength });
const whole = (min: number, max: number) => fc.integer({ min, max }).map(String);
/** Numbers as users type them: decimals, not exponents. */
const decimal = (max: number) =>
  fc.integer({ min: 1, max: max * 1_000 }).map((thousandths) => String(thousandths / 1_000));
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });

/** Flags that can be given together; loads are small. */
const loadFlags: fc.Arbitrary<LoadFlags> = fc
  .record({
    rooms: maybe(whole(1, 20)),
    room: maybe(text(20)),
    roomPrefix: maybe(text(20)),
    participants: maybe(whole(0, 5)),
    subscribers: maybe(whole(0, 5)),
    publish: maybe(fc.constantFrom('none', 'audio', 'video', 'audio,video')),
    video: maybe(fc.constantFrom('180p', '360p', '540p', '720p', '1080p')),
    codec: maybe(fc.constantFrom('vp8', 'h264')),
    simulcast: maybe(fc.constant(true)),
    layout: maybe(
      fc.oneof(
        fc.constantFrom('all', 'speaker', 'audio-only', 'none'),
        whole(1, 100).map((tiles) => `grid:${tiles}`),
      ),
    ),
    dataRate: maybe(
      fc
        .tuple(decimal(1_000), whole(32, 15_000), fc.constantFrom('reliable', 'lossy'))
        .map(([rate, bytes, delivery]) => `${rate}/s:${bytes}B:${delivery}`),
    ),
    joinRate: maybe(decimal(10_000)),
    duration: maybe(
      fc.oneof(
        whole(1_000, 7 * 86_400_000).map((ms) => `${ms}ms`),
        decimal(100_000).map((seconds) => `${Number(seconds) + 1}s`),
      ),
    ),
  })
  .filter((flags) => {
    try {
      return scenarioOfFlags(flags).groups.length === 1;
    } catch {
      return false;
    }
  });

const THRESHOLDS = [
  'join_time: p(95)<1500',
  'join_failures.rate<1%',
  'join_time p99 <= 2s abortOnFail after 1500ms',
  'join_time: max<5s',
];

describe('the scenario of flags', () => {
  it('is the one that its file is read as', () => {
    fc.assert(
      fc.property(loadFlags, fc.subarray(THRESHOLDS), (flags, thresholds) => {
        const scenario = scenarioOfFlags(flags, thresholds);
        expect(parseScenario(formatScenario(scenario), { file: 'printed.yaml' })).toEqual(scenario);
      }),
      propertyRuns(300),
    );
  }, 60_000);

  it('is the one of the command line that is printed above its file', () => {
    fc.assert(
      fc.property(loadFlags, fc.subarray(THRESHOLDS), (flags, threshold) => {
        const again = flagsOf(scenarioWords({ ...flags, threshold, tag: [], witness: [] }));
        expect(scenarioOfFlags(again, again.threshold)).toEqual(scenarioOfFlags(flags, threshold));
      }),
      propertyRuns(300),
    );
  }, 60_000);

  it('has a command line that a shell reads as it was', () => {
    fc.assert(
      fc.property(loadFlags, (flags) => {
        const words = [
          'swarm',
          ...scenarioWords({ ...flags, threshold: [], tag: [], witness: [] }),
        ];
        const printed = execFileSync('/bin/sh', ['-c', `printf '%s\\n\\n' ${shellLine(words)}`], {
          encoding: 'utf8',
        });
        expect(printed.split('\n\n')).toEqual([...words, '']);
      }),
      propertyRuns(50),
    );
  });
});
