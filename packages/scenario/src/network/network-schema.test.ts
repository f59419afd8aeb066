import { expect, test } from 'vitest';
import {
  NETWORK_PRESETS,
  networkPreset,
  networkPresetNames,
  PERFECT_LINK,
} from './network-presets.ts';
import { networkSchema } from './network-schema.ts';

const problem = (network: object): string | undefined => {
  const [issue] = networkSchema.safeParse(network).error?.issues ?? [];
  return issue && `${issue.path.join('.')} ${issue.message}`;
};

test('what is left out does nothing', () => {
  expect(networkSchema.parse({})).toEqual({ up: PERFECT_LINK, down: PERFECT_LINK });
  expect(networkSchema.parse({ down: { loss: 0.05, delayMs: 50 } })).toEqual({
    up: PERFECT_LINK,
    down: { ...PERFECT_LINK, loss: 0.05, delayMs: 50 },
  });
});

test.each(networkPresetNames())(
  'the preset %s is a network that a scenario could write itself',
  (name) => {
    const { impairment, description } = networkPreset(name);
    expect(networkSchema.parse(impairment)).toEqual(impairment);
    expect(description).not.toBe('');
  },
);

test('perfect adds nothing, and every other preset something each way', () => {
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
  [{ down: { loss: 5 } }, 'down.loss must be a number from 0 to 1; 0.02 is 2 %'],
  [{ up: { loss: -0.1 } }, 'up.loss must be a number from 0 to 1; 0.02 is 2 %'],
  [{ up: { loss: '2%' } }, 'up.loss must be a number from 0 to 1; 0.02 is 2 %'],
  [{ up: { loss: Number.NaN } }, 'up.loss must be a number from 0 to 1; 0.02 is 2 %'],
  [{ up: { reorder: 0.6 } }, 'up.reorder must be a number from 0 to 0.5; 0.02 is 2 %'],
  [{ up: { burst: 0 } }, 'up.burst must be a number from 1 to 1000 packets'],
  [{ up: { delayMs: 60_000 } }, 'up.delayMs must be a number from 0 to 10000 ms'],
  [
    { up: { rateBps: 0 } },
    'up.rateBps must be from 10000 to 100000000000 bits a second, or null for no limit',
  ],
  [{ up: { rateBps: 1e6, queueMs: 0 } }, 'up.queueMs must be a number from 1 to 10000 ms'],
])('%j is refused: %s', (network, expected) => {
  expect(problem(network)).toBe(expected);
});

test('a key that is not there is named', () => {
  expect(problem({ down: { los: 0.1 } })).toContain('"los"');
  expect(problem({ upload: {} })).toContain('"upload"');
});

test('more loss than bursts of that length can make is refused, with the length that can', () => {
  expect(problem({ down: { loss: 0.9, burst: 2 } })).toContain(
    'down.burst is too short for that much loss',
  );
  expect(problem({ down: { loss: 0.9, burst: 2 } })).toContain('make it 9 or more');
  expect(networkSchema.safeParse({ down: { loss: 0.9, burst: 9 } }).success).toBe(true);
  expect(networkSchema.safeParse({ down: { loss: 0.9 } }).success).toBe(true);
  expect(networkSchema.safeParse({ down: { loss: 1, burst: 5 } }).success).toBe(true);
});
