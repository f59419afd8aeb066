import { describe, expect, test } from 'vitest';
import { judgeRegions } from './judge-regions.ts';
import type { JoinFact, RegionFacts, UserAfterLoss } from './region-facts.ts';
import { parseRegionFile, type RegionPlan } from './region-file.ts';

const FILE = `
regions:
  eu: { at: [50, 8], servers: 10.10.0.0/24, allowed: [10.10.0.0/24] }
  us: { at: [39, -77], servers: 10.20.0.0/24 }
rtt: { eu: { eu: 4, us: 90 }, us: { eu: 90, us: 4 } }
redis: separate
lose: us
limits: { latency: 150ms, join: 2s, recovery: 60s }
`;
const plan: RegionPlan = parseRegionFile(FILE, 'regions.yaml');

const join = (user: string, opener = user, more: Partial<JoinFact> = {}): JoinFact => ({
  ...{ room: `${opener}-${user}`, opener, user, identity: `${opener}-${user}`, entry: user },
  ...{ node: `${opener}-1`, joinMs: 400, hears: true, failure: null, ...more },
});

const pair = (room: string, opener: string, other: string): JoinFact[] => [
  join(opener, opener, { room }),
  join(other, opener, { room }),
];

const lossUser = (user: string, more: Partial<UserAfterLoss> = {}): UserAfterLoss => ({
  ...{ user, identity: user, before: user, isAffected: false, backAfterMs: null, after: null },
  ...{ hears: true, ...more },
});

const healthy = (): RegionFacts => ({
  serverVersion: '1.13.5',
  nodes: ['eu', 'us'].map((site, index) => ({
    ...{ name: `${site}-1`, site, region: site, address: `10.${index + 1}0.0.2`, id: `ND_${site}` },
  })),
  joins: [
    ...pair('home-eu', 'eu', 'eu'),
    ...pair('home-us', 'us', 'us'),
    ...pair('eu-us', 'eu', 'us'),
  ],
  latencies: [
    { publisher: 'eu', subscriber: 'us', site: 'eu', p50Ms: 49, p95Ms: 52, lost: 0, packets: 400 },
  ],
  announced: [
    {
      ...{ opener: 'eu', room: 'home-eu', node: 'eu-1', relays: [], failure: null },
      candidates: [{ protocol: 'udp', address: '10.10.0.2', port: 7882 }],
    },
  ],
  traffic: [{ user: 'eu', address: '10.10.0.2', packets: 900 }],
  loss: {
    ...{ region: 'us', movedAfterMs: 3_100, watchedMs: 40_000 },
    users: [lossUser('eu'), lossUser('us', { isAffected: true, backAfterMs: 30_000, after: 'eu' })],
  },
  impaired: [],
});

/** Outcome and text of one question. */
const answerOf = (id: string, change: (facts: RegionFacts) => Partial<RegionFacts>) => {
  const facts = healthy();
  const { checks } = judgeRegions({ ...facts, ...change(facts) }, plan);
  const check = checks.find((one) => one.id === id);
  return `${check?.outcome}: ${check?.evidence.join('; ')}${check?.reason ?? ''}`;
};

test('healthy regions pass every question', () => {
  const judgement = judgeRegions(healthy(), plan);
  expect(judgement.checks.map(({ id, outcome }) => [id, outcome])).toEqual(
    [
      ...['entry', 'room', 'meeting', 'join-time', 'latency', 'residency', 'recovery', 'isolation'],
    ].map((id) => [id, 'passed']),
  );
  expect(judgement).toMatchObject({ answer: 'yes', exitCode: 0 });
});

describe('what is wrong is found', () => {
  test('users are sent to a distant region', () => {
    const far = [join('us', 'us', { entry: 'eu' }), ...pair('home-eu', 'eu', 'eu')];
    expect(answerOf('entry', () => ({ joins: far }))).toMatch(
      /^error: .*us: sent to eu \(90 ms\), but us is nearest \(4 ms\)/,
    );
  });

  test('a room lands in the far region', () => {
    expect(
      answerOf('room', ({ joins }) => ({
        joins: joins.map((one) => (one.opener === 'us' ? { ...one, node: 'eu-1' } : one)),
      })),
    ).toMatch(/^error: us: room home-us is on eu-1 in eu \(90 ms away\), and not in us/);
  });

  test('a room is open twice', () => {
    expect(
      answerOf('meeting', ({ joins }) => ({
        joins: joins.map((one) =>
          one.room === 'eu-us' && one.user === 'us' ? { ...one, node: 'us-1', hears: false } : one,
        ),
      })),
    ).toMatch(/^error: eu and us: room eu-us is open on eu-1 and on us-1/);
  });

  test.each([
    [
      'an announced address',
      { candidates: [{ protocol: 'udp', address: '10.66.0.9', port: 7882 }] },
      /announces udp 10\.66\.0\.9:7882/,
    ],
    [
      'a relay',
      { relays: ['turn:10.66.0.7:3478?transport=udp'] },
      /offers the relay turn:10\.66\.0\.7/,
    ],
  ] as const)('%s that is not allowed', (_, change, expected) => {
    const text = answerOf('residency', ({ announced }) => ({
      announced: announced.map((one) => ({ ...one, ...change })),
    }));
    expect(text).toMatch(/^error: /);
    expect(text).toMatch(expected);
  });

  test('packets to an address that no node announced', () => {
    expect(
      answerOf('residency', ({ traffic }) => ({
        traffic: [...traffic, { user: 'eu', address: '10.20.0.2', packets: 300 }],
      })),
    ).toMatch(/^error: users of eu sent 300 UDP packets to 10\.20\.0\.2/);
  });

  test.each([
    ['never', { backAfterMs: null }, /did not reconnect/],
    ['late', { backAfterMs: 61_000 }, /connected to eu after 1m 1s/],
    ['without media', { hears: false }, /without media/],
  ])('a user who reconnects %s', (_, change, expected) => {
    const text = answerOf('recovery', ({ loss }) => ({
      loss: loss && {
        ...loss,
        users: loss.users.map((one) => (one.isAffected ? { ...one, ...change } : one)),
      },
    }));
    expect(text).toMatch(/^error: /);
    expect(text).toMatch(expected);
  });

  test('a user elsewhere who loses the connection', () => {
    expect(
      answerOf('isolation', ({ loss }) => ({
        loss: loss && { ...loss, users: loss.users.map((one) => ({ ...one, isAffected: true })) },
      })),
    ).toMatch(/^error: eu of eu, on a node in eu: lost the connection/);
  });

  test('latency beyond the limit', () => {
    const slow = {
      publisher: 'us',
      subscriber: 'us',
      site: 'eu',
      p95Ms: null,
      lost: 0,
      packets: 1,
    };
    const latencies = [{ ...slow, p50Ms: 190 }];
    expect(answerOf('latency', () => ({ latencies }))).toMatch(
      /^error: .*190 ms.*more than 150 ms/,
    );
    // Distance alone would be 90 ms: the rest may be this host.
    expect(answerOf('latency', () => ({ latencies, impaired: ['starved'] }))).toMatch(/^unknown/);
  });
});

describe('what was not seen is unknown', () => {
  test.each([
    ['entry', { joins: [] }],
    ['room', { joins: [] }],
    ['meeting', { joins: [] }],
    ['join-time', { joins: [] }],
    ['latency', { latencies: [] }],
    ['residency', { announced: [] }],
    ['residency', { traffic: [] }],
  ])('%s', (id, change) => {
    expect(answerOf(id, () => change)).toMatch(/^unknown: /);
  });

  test('media of one user that did not arrive, or whose latency is not known', () => {
    const deaf = answerOf('latency', ({ joins }) => ({
      joins: joins.map((one) => (one.room === 'home-us' ? { ...one, hears: false } : one)),
    }));
    expect(deaf).toMatch(/^unknown: not measured: a user of us received no media in room home-us/);
    expect(
      answerOf('latency', ({ latencies }) => ({
        latencies: [...latencies, ...latencies.map((one) => ({ ...one, p50Ms: null }))],
      })),
    ).toBe('unknown: not measured: eu → us, room in eu');
  });

  test('a user who was not connected before the loss', () => {
    expect(
      answerOf('recovery', ({ loss }) => ({
        loss: loss && { ...loss, users: [...loss.users, lossUser('us', { before: null })] },
      })),
    ).toBe('unknown: not connected before the loss: us of us');
  });

  test('media that is faster than its distance was not delayed', () => {
    expect(
      answerOf('latency', ({ latencies }) => ({
        latencies: latencies.map((one) => ({ ...one, p50Ms: 3 })),
      })),
    ).toMatch(/^unknown: media was faster than the distance allows/);
  });

  test('a loss that was not asked for is skipped', () => {
    expect(answerOf('recovery', () => ({ loss: null }))).toMatch(/^skipped: no region was lost/);
  });
});
