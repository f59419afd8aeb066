import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseRegionFile } from './region-file.ts';

const REGIONS = `
regions:
  eu: { at: [50.1, 8.7], servers: 10.10.0.0/24, allowed: [10.10.0.0/24] }
  us: { at: [39, -77.5], servers: 10.20.0.0/24, nodes: [{}, { address: 10.66.0.9, region: eu }] }
  ap: { at: [1.3, 103.8], servers: 10.30.0.0/24, nodes: 0 }
`;
const RTT = `
rtt:
  eu: { eu: 5, us: 90, ap: 160 }
  us: { eu: 90, us: 6, ap: 220 }
  ap: { eu: 160, us: 220, ap: 7 }
`;

const parse = (text: string) => parseRegionFile(text, 'regions.yaml');

/** Problems of a file: place, message and hint of each. */
const problemsOf = (text: string): string[] => {
  try {
    parse(text);
    return [];
  } catch (error) {
    const { problems } = error as { problems: { path: string; message: string; hint: string }[] };
    return problems.map(({ path, message, hint }) => `${path}: ${message} (${hint})`);
  }
};

test('a file gets addresses, entries and distances', () => {
  const plan = parse(`${REGIONS}${RTT}redis: eu`);
  expect(plan.regions).toMatchObject([
    {
      name: 'eu',
      entry: 'eu',
      redis: '10.10.0.1',
      nodes: [{ address: '10.10.0.2', region: 'eu' }],
    },
    {
      ...{ name: 'us', entry: 'us', redis: null, allowed: null },
      nodes: [
        { address: '10.20.0.2', region: 'us' },
        { address: '10.66.0.9', region: 'eu' },
      ],
    },
    // Without nodes: its users go to the nearest region that has some.
    { name: 'ap', entry: 'eu', redis: null, nodes: [] },
  ]);
  expect(plan.rttMs).toEqual([
    [5, 90, 160],
    [90, 6, 220],
    [160, 220, 7],
  ]);
  expect(plan).toMatchObject({ sharedRedis: 'eu', lose: null, limits: { recoveryMs: 90_000 } });
});

test('separate clusters have a Redis in each region with nodes', () => {
  const { regions, sharedRedis } = parse(`${REGIONS}${RTT}redis: separate`);
  expect(regions.map(({ redis }) => redis)).toEqual(['10.10.0.1', '10.20.0.1', null]);
  expect(sharedRedis).toBeNull();
});

describe('what is wrong is named with its place and a correction', () => {
  test.each([
    [
      'an asymmetric matrix',
      RTT.replace('us: { eu: 90', 'us: { eu: 95'),
      /^rtt\.us\.eu: is 95 ms from us to eu, but 90 ms from eu to us \(.*same number twice/,
    ],
    [
      'a distance that is missing',
      RTT.replace(', ap: 220', ''),
      /^rtt\.us: the round-trip time from us to ap is missing \(write us: \{ ap: 90 \}/,
    ],
    [
      'a row that is missing',
      RTT.replace(/ {2}ap: .*\n/, ''),
      /^rtt: .*from ap to eu, us, ap is missing/,
    ],
    [
      'a region of the matrix that is unknown',
      RTT.replace('ap: 160', 'ab: 160'),
      /no region "ab".*ap/,
    ],
    ['a negative distance', RTT.replace('90', '-90'), /round-trip time in ms/],
    ['a distance with a unit', RTT.replace('90', '90ms'), /without a unit/],
  ])('%s', (_, rtt, expected) => {
    expect(problemsOf(`${REGIONS}${rtt}redis: eu`)).toContainEqual(expect.stringMatching(expected));
  });

  test.each([
    ['a bad network', REGIONS.replace('[10.10.0.0/24]', '[10.10.0.300/24]'), /not an IPv4 network/],
    [
      'a network with bits of a host',
      REGIONS.replace('[10.10.0.0/24]', '[10.10.0.1/24]'),
      /not an IPv4 network/,
    ],
    ['no allowed network', REGIONS.replace('[10.10.0.0/24]', '[]'), /must not be empty/],
    ['servers on the internet', REGIONS.replace('10.30.0.0/24', '8.8.8.0/24'), /is not private/],
    ['a network that is too small', REGIONS.replace('10.30.0.0/24', '10.30.0.0/31'), /too small/],
    [
      'an address twice',
      REGIONS.replace('10.66.0.9', '10.10.0.2'),
      /10\.10\.0\.2 is also that of a server of eu/,
    ],
    [
      'an entry without nodes',
      REGIONS.replace('nodes: 0', 'nodes: 0, entry: ap'),
      /ap has no nodes/,
    ],
    ['an unknown entry', REGIONS.replace('nodes: 0', 'entry: uk'), /no region "uk"/],
    [
      'a latitude that is none',
      REGIONS.replace('50.1', '150.1'),
      /latitude must be a number from -90/,
    ],
    ['a node of an unknown region', REGIONS.replace('region: eu', 'region: uk'), /no region "uk"/],
  ])('%s', (_, regions, expected) => {
    expect(problemsOf(`${regions}${RTT}redis: eu`)).toContainEqual(expect.stringMatching(expected));
  });

  test('an unknown region to lose, and of Redis', () => {
    const problems = problemsOf(`${REGIONS}${RTT}redis: uk\nlose: ue`);
    expect(problems).toHaveLength(2);
    expect(problems[0]).toMatch(
      /^redis: there is no region "uk" \(write separate, or one of eu, us, ap/,
    );
    expect(problems[1]).toMatch(/^lose: there is no region "ue"/);
  });
});

test('the example is right', () => {
  const file = 'examples/regions.yaml';
  const text = readFileSync(new URL(`../../../../${file}`, import.meta.url), 'utf8');
  expect(parseRegionFile(text, file).lose).toBe('ap');
});
