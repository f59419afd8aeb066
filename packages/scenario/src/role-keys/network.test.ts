import { groupOf, roleOf, scenarioOf } from '@livekit-swarm/testkit/scenario-of';
import { expect, test } from 'vitest';
import { parseScenario } from '../language/parse-scenario.ts';
import { formatScenario } from '../language/write/format-scenario.ts';
import {
  NETWORK_PRESETS,
  networkPreset,
  networkPresetNames,
  PERFECT_LINK,
} from '../network/network-presets.ts';
import { network } from './network.ts';

const problem = (given: object): string | undefined => {
  const { error } = network.file.unwrap().safeParse(given);
  const issues = error?.issues.flatMap((issue) =>
    issue.code === 'invalid_union' ? (issue.errors[1] ?? []) : [issue],
  );
  const [issue] = issues ?? [];
  return issue && `${issue.path.join('.')} ${issue.message}`;
};

test('a setting that is left out has no effect', () => {
  expect(network.file.unwrap().parse({}).impairment).toEqual({
    up: PERFECT_LINK,
    down: PERFECT_LINK,
  });
  expect(network.file.unwrap().parse({ down: { loss: 0.05, delay: '50ms' } }).impairment).toEqual({
    up: PERFECT_LINK,
    down: { ...PERFECT_LINK, loss: 0.05, delayMs: 50 },
  });
});

test.each(networkPresetNames())(
  'the preset %s is a network that a scenario file can define',
  (name) => {
    const { impairment, description } = networkPreset(name);
    const scenario = scenarioOf([
      groupOf(
        { type: 'constant-rooms', rooms: 1, joinRate: 1, durationMs: 1_000 },
        { roles: [roleOf({ network: { name: 'custom', impairment } })] },
      ),
    ]);
    const text = formatScenario(scenario);
    expect(text).toMatch(/network:\s+(\{|up:)/);
    expect(parseScenario(text, { file: 'x.yaml' })).toEqual(scenario);
    expect(description).not.toBe('');
  },
);

test('perfect has no effect, and every other preset has one in each direction', () => {
  for (const [name, { impairment }] of Object.entries(NETWORK_PRESETS)) {
    const same = name === 'perfect';
    expect([JSON.stringify(impairment.up) === JSON.stringify(PERFECT_LINK), name]).toEqual([
      same,
      name,
    ]);
    expect([JSON.stringify(impairment.down) === JSON.stringify(PERFECT_LINK), name]).toEqual([
      same,
      name,
    ]);
  }
});

test.each([
  [{ down: { loss: 5 } }, 'down.loss must be from 0% to 100%'],
  [{ up: { loss: -0.1 } }, 'up.loss must be from 0% to 100%'],
  [{ up: { loss: 'much' } }, 'up.loss must be a share'],
  [{ up: { loss: Number.NaN } }, 'up.loss must be a share'],
  [{ up: { reorder: 0.6 } }, 'up.reorder must be from 0% to 50%'],
  [{ up: { burst: 0 } }, 'up.burst must be a number from 1 to 1000 packets'],
  [{ up: { delay: '60s' } }, 'up.delay "60s" must be at most 10s'],
  [{ up: { rate: '0bit/s' } }, 'up.rate must be from 10kbit/s to 100Gbit/s'],
  [{ up: { rate: '1Mbit/s', queue: '0s' } }, 'up.queue "0s" must be more than 0s'],
])('%j is rejected: %s', (given, expected) => {
  expect(problem(given)).toBe(expected);
});

test('an unknown key is named', () => {
  expect(problem({ down: { los: 0.1 } })).toContain('"los"');
  expect(problem({ upload: {} })).toContain('"upload"');
});

test('a loss that is too high for its burst length is rejected, with the length that suffices', () => {
  expect(problem({ down: { loss: 0.9, burst: 2 } })).toContain(
    'down.burst is too short for that much loss',
  );
  expect(problem({ down: { loss: 0.9, burst: 2 } })).toContain('make it 9 or more');
  expect(network.file.unwrap().safeParse({ down: { loss: 0.9, burst: 9 } }).success).toBe(true);
  expect(network.file.unwrap().safeParse({ down: { loss: 0.9 } }).success).toBe(true);
  expect(network.file.unwrap().safeParse({ down: { loss: 1, burst: 5 } }).success).toBe(true);
});
