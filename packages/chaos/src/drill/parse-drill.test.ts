import { explain, isUsageError } from '@livekit-swarm/settings';
import { describe, expect, it } from 'vitest';
import { drillOf, faultOf } from '../../test/support/drill-of.ts';
import { FAULTS } from '../../test/support/faults-of.ts';
import type { Drill } from './drill.ts';
import { parseDrill } from './parse-drill.ts';

const parse = (text: string): Drill => parseDrill(text, { file: 'drill.yaml', faults: FAULTS });

const problems = (text: string): string[] => {
  try {
    parse(text);
  } catch (error) {
    if (isUsageError(error)) return explain(error).split('\n');
    throw error;
  }
  return [];
};

/** With the keys that every drill needs. */
const withFaults = (...lines: string[]): string =>
  `drill: test\nfaults:\n${lines.map((line) => `  - ${line}\n`).join('')}`;

describe('parseDrill', () => {
  it('fills everything in', () => {
    const { crowd, ...drill } = parse(withFaults('{ fault: kill, aim: room-node, for: 10s }'));
    expect(crowd).toEqual({
      rooms: 10,
      participants: 4,
      publish: ['audio'],
      joinRate: 20,
      recovery: 'app',
    });
    expect({ crowd: drillOf().crowd, ...drill }).toEqual(drillOf());
  });

  it('reads every key', () => {
    const drill = parse(`
drill: everything
description: >-
  Two lines,
  one sentence.
tags: { team: voice, number: 3 }
seed: 7
lab: { nodes: 4, redis: persistent, config: { signal_relay: { retry_timeout: 2s } }, alerts: true }
crowd: { rooms: 2, participants: 3, publish: [audio, video], joinRate: 5/s, recovery: none }
steady: { within: 30s, for: 5s }
faults:
  - { fault: packet-loss, aim: { nodes: 50% }, at: 20s, for: 1m, with: { loss: 2% } }
  - { fault: kill, aim: redis, for: 5s }
recovery: 1m
newcomers: { every: 1s, stay: 3s }
objectives:
  rto: { p50: 12s, p95: 15s, max: 20s }
  neverRecovered: 1
  roomsLost: any
  splitBrain: 2
  controlRooms: { maxGap: 1s }
  newcomersIn: 95%
  newcomersBlind: 0
  ghosts: 3
  disconnected: 0
  alerts: { LiveKitNodeDown: 2m }
thresholds:
  media_latency@recovery: [p(95)<200]
  packet_loss{kind:audio}@baseline: rate<0.01
repeats: 3
abort: { controlDeaf: 30%, for: 5s }
blastRadius: { members: 3, share: 60% }
allow: [staging]
known: { server: 1.13.4, fails: [split-brain], sometimes: [rto], because: It does. }
`);
    expect(drill).toEqual({
      name: 'everything',
      description: 'Two lines, one sentence.',
      tags: { team: 'voice', number: '3' },
      seed: 7,
      lab: {
        nodes: 4,
        persistentRedis: true,
        config: { signal_relay: { retry_timeout: '2s' } },
        alerts: true,
      },
      crowd: {
        rooms: 2,
        participants: 3,
        publish: ['audio', 'video'],
        joinRate: 5,
        recovery: 'none',
      },
      steady: { withinMs: 30_000, forMs: 5_000 },
      faults: [
        { fault: 'kill', aim: { role: 'redis' }, atMs: 0, durationMs: 5_000, params: {} },
        {
          fault: 'packet-loss',
          aim: { role: 'nodes', share: 0.5 },
          atMs: 20_000,
          durationMs: 60_000,
          params: { loss: 0.02 },
        },
      ],
      recoveryMs: 60_000,
      newcomers: { everyMs: 1_000, stayMs: 3_000, apartMs: 500 },
      objectives: {
        rtoP50Ms: 12_000,
        rtoP95Ms: 15_000,
        rtoMaxMs: 20_000,
        neverRecovered: 1,
        roomsLost: null,
        splitBrain: 2,
        controlGapMs: 1_000,
        newcomersIn: 0.95,
        newcomersBlind: 0,
        ghosts: 3,
        disconnected: 0,
        alertsWithinMs: { LiveKitNodeDown: 120_000 },
      },
      thresholds: [
        'media_latency@recovery: p(95)<200',
        'packet_loss{kind:audio}@baseline: rate<0.01',
      ],
      repeats: 3,
      abort: { controlDeaf: 0.3, forMs: 5_000 },
      blastRadius: { maxMembers: 3, maxShare: 0.6 },
      allowed: ['staging'],
      known: { server: '1.13.4', fails: ['split-brain'], sometimes: ['rto'], because: 'It does.' },
    });
    expect(JSON.parse(JSON.stringify(drill))).toEqual(drill);
  });

  it('takes what there is only one of when the aim is left out', () => {
    expect(
      parse(withFaults('{ fault: redis-flush }', '{ fault: weather, for: 5s }')).faults,
    ).toEqual([
      faultOf({ fault: 'redis-flush', aim: { role: 'redis' }, durationMs: null }),
      faultOf({ fault: 'weather', aim: { role: 'none' }, durationMs: 5_000 }),
    ]);
  });

  it('may have no faults', () => {
    expect(parse('drill: calm\nfaults: []').faults).toEqual([]);
  });
});

describe('the schedule', () => {
  const times = (line: string, seed = 1): number[] =>
    parse(`seed: ${seed}\n${withFaults(line)}`).faults.map(({ atMs }) => atMs);

  it('writes out what happens every so often', () => {
    expect(
      times('{ fault: hang, aim: room-node, at: 5s, every: 30s, times: 3, for: 10s }'),
    ).toEqual([5_000, 35_000, 65_000]);
  });

  it('draws by chance, the same with the same seed, and never two at once', () => {
    const line =
      '{ fault: hang, aim: room-node, at: 5s, random: { times: 4, within: 60s }, for: 14s }';
    const drawn = times(line);
    expect(drawn).toHaveLength(4);
    expect(times(line)).toEqual(drawn);
    expect(times(line, 2)).not.toEqual(drawn);
    for (const seed of Array.from({ length: 50 }, (_, index) => index)) {
      const some = times(line, seed);
      expect(Math.min(...some)).toBeGreaterThanOrEqual(5_000);
      expect(Math.max(...some) + 14_000).toBeLessThanOrEqual(65_000);
      for (const [index, ms] of some.entries())
        if (index > 0) expect(ms - (some[index - 1] ?? 0)).toBeGreaterThanOrEqual(14_000);
    }
  });

  it('counts the time that something stays away before it starts again by itself', () => {
    const { faults } = parse(withFaults('{ fault: restart, aim: room-node, with: { down: 40s } }'));
    expect(faults).toEqual([
      faultOf({ fault: 'restart', durationMs: 40_000, params: { down: 40_000 } }),
    ]);
    const drawn = times(
      '{ fault: restart, aim: room-node, random: { times: 2, within: 90s }, with: { down: 40s } }',
    );
    expect((drawn[1] ?? 0) - (drawn[0] ?? 0)).toBeGreaterThanOrEqual(40_000);
  });

  it('mixes several in the order in which they begin', () => {
    const drill = parse(
      withFaults(
        '{ fault: restart, aim: room-node, every: 20s, times: 2 }',
        '{ fault: redis-flush, at: 10s }',
      ),
    );
    expect(drill.faults.map(({ fault, atMs }) => [fault, atMs])).toEqual([
      ['restart', 0],
      ['redis-flush', 10_000],
      ['restart', 20_000],
    ]);
  });
});

describe('problems of drills', () => {
  const HANG = '{ fault: hang, aim: room-node, for: 10s }';

  it.each([
    ['', 'drill.yaml:1:1: is empty'],
    ['faults: []', 'drill.yaml:1:1: drill is missing'],
    ['drill: x', 'faults is missing; write - { fault: kill, aim: room-node, for: 10s }'],
    [
      'drill: x\nname: x\nfaults: []',
      'drill.yaml:2:1: name: there is no key "name" here; a drill is named by drill: kill-room-node',
    ],
    ['scenario: x\ngroups: {}', 'it belongs to a scenario: see "swarm validate"'],
    [
      'drill: x\ncrowd: { rooms: 5000, participants: 50 }\nfaults: []',
      'drill.yaml:2:17: crowd.rooms: 5000 rooms of 50 are more than 200000 participants; use fewer rooms, or fewer in each',
    ],
    [
      'drill: x\nlab: { config: { keys: { me: hidden } } }\nfaults: []',
      'lab.config.keys: would stand in records and reports; leave it out: a lab has keys of its own',
    ],
    [
      'drill: x\nlab: { config: { rtc: { turn_servers: [{ host: t, credential: hidden }] } } }\nfaults: []',
      'lab.config.rtc.turn_servers[0].credential: would stand in records and reports',
    ],
    [
      withFaults('{ fault: kil, aim: room-node }'),
      'drill.yaml:3:14: faults[0].fault: "kil" is no fault; did you mean kill?',
    ],
    [
      withFaults('{ fault: explosion }'),
      '"explosion" is no fault; there are kill, restart, hang, packet-loss, redis-flush, weather',
    ],
    [withFaults('kill'), 'drill.yaml:3:5: faults[0]: must be a mapping'],
    [withFaults('{ aim: redis }'), 'fault is missing; there are kill'],
    [
      withFaults('{ fault: kill, aim: room-nod }'),
      '"room-nod" is no part of a deployment; did you mean room-node?',
    ],
    [
      withFaults('{ fault: kill, aim: { node: 3 } }'),
      'faults[0].aim.node: there is no key "node"; did you mean nodes?',
    ],
    [withFaults('{ fault: kill, aim: {} }'), 'must be either nodes or a member'],
    [withFaults('{ fault: kill, aim: { nodes: 0% } }'), 'faults[0].aim.nodes: is nobody'],
    [withFaults('{ fault: kill }'), 'aim is missing; kill can be done to room-node'],
    [
      withFaults('{ fault: hang, aim: redis, for: 3s }'),
      'hang cannot be done to Redis; it can be done to room-node',
    ],
    [withFaults('{ fault: redis-flush, aim: none }'), 'redis-flush cannot be done to nobody'],
    [
      withFaults('{ fault: weather, aim: redis, for: 3s }'),
      'weather is done to nobody; leave aim out',
    ],
    [
      withFaults('{ fault: hang, aim: room-node }'),
      'for is missing: hang lasts until it is healed; write for: 10s',
    ],
    [
      withFaults('{ fault: hang, aim: room-node, for: 10 }'),
      'faults[0].for: a duration needs a unit; write 10s',
    ],
    [withFaults('{ fault: packet-loss, aim: room-node, for: 10s }'), 'loss is missing'],
    [
      withFaults('{ fault: packet-loss, aim: room-node, for: 10s, with: { los: 2% } }'),
      'faults[0].with.los: there is no key "los"; did you mean loss?',
    ],
    [
      withFaults('{ fault: packet-loss, aim: room-node, for: 10s, loss: 2% }'),
      'there is no key "loss" here',
    ],
    [
      withFaults('{ fault: kill, aim: redis, every: 30s }'),
      'times is missing: every goes on for ever; write times: 3',
    ],
    [
      withFaults('{ fault: kill, aim: redis, times: 3 }'),
      'faults[0].times: has no effect without every',
    ],
    [
      withFaults(
        '{ fault: kill, aim: redis, every: 30s, times: 2, for: 5s, random: { times: 3, within: 2m } }',
      ),
      'and random are two ways to say when',
    ],
    [
      withFaults('{ fault: hang, aim: room-node, every: 10s, times: 2, for: 10s }'),
      'it would begin again before it is healed, 10s after it began',
    ],
    [
      withFaults('{ fault: hang, aim: room-node, random: { times: 3, within: 20s }, for: 10s }'),
      'faults[0].random.within: is too short: 3 times 10s do not fit; write 1m',
    ],
    [
      withFaults('{ fault: restart, aim: room-node, every: 30s, times: 2, with: { down: 40s } }'),
      'it would begin again before it is healed, 40s after it began',
    ],
    [
      withFaults('{ fault: restart, aim: room-node, for: 5s, with: { down: 20s } }'),
      'faults[0].for: is shorter than what restart takes: 20s; leave it out, or make it longer',
    ],
    [
      `${withFaults(HANG)}crowd: { participants: 1 }`,
      'crowd.participants: must be a whole number from 2 to 100',
    ],
    [`${withFaults(HANG)}crowd: { publish: [] }`, 'crowd.publish: is empty: nobody could be heard'],
    [
      `${withFaults(HANG)}crowd: { publish: [audio, audio] }`,
      'crowd.publish: names one kind twice',
    ],
    [`${withFaults(HANG)}crowd: { recovery: application }`, '"application" is no way to recover'],
    [
      `${withFaults(HANG)}steady: { within: 5s, for: 10s }`,
      'steady.for: is not shorter than within',
    ],
    // What is left out counts as well: for is 10s.
    [`${withFaults(HANG)}steady: { within: 10s }`, 'steady.for: is not shorter than within'],
    [
      `${withFaults(HANG)}objectives: { rto: { p50: 9s, max: 5s } }`,
      'objectives.rto.max: is less than p50',
    ],
    [
      `${withFaults(HANG)}objectives: { splitBrain: none }`,
      'objectives.splitBrain: must be a whole number from 0 to 1000000, or any',
    ],
    [
      `${withFaults(HANG)}objectives: { controlRooms: touched }`,
      'write untouched, any or { maxGap: 1s }',
    ],
    [
      `${withFaults(HANG)}objectives: { newcomersIn: 95% }`,
      'objectives.newcomersIn: is about newcomers, and there are none; add newcomers',
    ],
    [
      'drill: x\nfaults: []\nobjectives: { rto: { max: 5s } }',
      'objectives.rto: counts from a fault, and there is none',
    ],
    [
      `${withFaults(HANG)}objectives: { alerts: { LiveKitNodeDown: 30s } }`,
      'objectives.alerts: would never be seen: the lab has no Prometheus; add lab: { alerts: true }',
    ],
    [
      `${withFaults(HANG)}lab: { alerts: true }\nobjectives: { alerts: { LiveKitNodeDown: 5m } }`,
      'objectives.alerts.LiveKitNodeDown: is more time than there is',
    ],
    [
      `${withFaults(HANG)}lab: { alerts: true }\nobjectives: { alerts: { 'LiveKit node down': 30s } }`,
      'this cannot be an alert; write LiveKitNodeDown',
    ],
    [
      `${withFaults(HANG)}lab: { alerts: true }\nobjectives: { alerts: [LiveKitNodeDown] }`,
      'must be a mapping of alerts',
    ],
    [
      'drill: x\nfaults: []\nobjectives: { alerts: { A: 5s } }',
      'objectives.alerts: count from a fault, and there is none',
    ],
    [
      `${withFaults(HANG)}known: { server: 1.13.4, fails: [alerts], because: x }`,
      'alerts would never be seen: nothing asks for it; add objectives.alerts',
    ],
    [
      `${withFaults(HANG)}thresholds: { media_latenzy@recovery: [p(95)<200] }`,
      'there is no metric "media_latenzy"; did you mean media_latency?',
    ],
    [
      `${withFaults(HANG)}thresholds: { media_latency@recover: [p(95)<200] }`,
      'there is no window "recover"; did you mean recovery?',
    ],
    [
      'drill: x\nfaults: []\nthresholds: { media_latency@fault: [p(95)<200] }',
      'there is no window "fault"',
    ],
    [
      `${withFaults(HANG)}thresholds: { 'packet_loss{kind:video}': rate<1% }`,
      'no video is received by anybody',
    ],
    [
      `${withFaults(HANG)}thresholds: { packet_loss: rate<1% abortOnFail }`,
      'a drill is not ended by a threshold',
    ],
    [
      `${withFaults(HANG)}known: { server: new, fails: [rto], because: x }`,
      'known.server: must be a version; write 1.13.4',
    ],
    [`${withFaults(HANG)}known: { server: 1.13.4, because: x }`, 'nothing is known then'],
    [
      `${withFaults(HANG)}known: { server: 1.13.4, fails: [split-brian], because: x }`,
      'did you mean split-brain?',
    ],
    [
      `${withFaults(HANG)}known: { server: 1.13.4, fails: [rto], because: x }`,
      'known.fails[0]: rto would never be seen: nothing asks for it; add objectives.rto',
    ],
    [
      `${withFaults(HANG)}known: { server: 1.13.4, fails: [split-brain], sometimes: [split-brain], because: x }`,
      'split-brain is under fails, too',
    ],
    [
      `${withFaults(HANG)}newcomers: { stay: 2s, apart: 2s }`,
      'newcomers.apart: is not shorter than stay',
    ],
    [
      'drill: x\nlab: { nodes: 1 }\nfaults: [{ fault: kill, aim: other-node }]',
      'there is no other node: the lab has one',
    ],
    [`${withFaults(HANG)}recovery: 30h`, 'would take 30h'],
  ])('%j: %s', (text, message) => {
    expect(problems(text).join('\n')).toContain(message);
  });

  it('are told all at once, with their places', () => {
    expect(
      problems(`drill: Kill It
crowd: { rooms: 0 }
faults:
  - { fault: packet-loss, aim: room-node, for: 3s, with: { loss: 200% } }
thresholds: { jitter@fault: [p(95)<] }
repeat: 3
`).map((line) => line.replace(/;.*/, '')),
    ).toEqual([
      'drill.yaml:1:8: drill: "Kill It" cannot be the name of a drill',
      'drill.yaml:2:17: crowd.rooms: must be a whole number from 1 to 10000',
      'drill.yaml:4:66: faults[0].with.loss: must be from 0% to 100%',
      'drill.yaml:5:30: thresholds.jitter@fault[0]: expected a number',
      'drill.yaml:6:1: repeat: there is no key "repeat"',
    ]);
  });
});

describe('what cannot be done at once', () => {
  const said = (...lines: string[]): string => problems(withFaults(...lines)).join('\n');
  const wide = (...lines: string[]): string =>
    problems(`${withFaults(...lines)}blastRadius: { members: 3, share: 100% }`).join('\n');

  it('is the same to one part', () => {
    expect(
      wide(
        '{ fault: hang, aim: room-node, for: 10s }',
        '{ fault: hang, aim: room-node, at: 5s, for: 10s }',
      ),
    ).toContain(
      'drill.yaml:4:5: faults[1]: hang begins again before it is healed; let it begin later (at), or give it another aim',
    );
    expect(wide('{ fault: kill, aim: redis }', '{ fault: redis-flush, at: 5s }')).toContain(
      'redis-flush begins while kill is still on, and one part cannot have both; give kill an end (for: 10s), or another aim',
    );
  });

  it('is killing what hangs', () => {
    expect(
      wide(
        '{ fault: hang, aim: room-node, for: 10s }',
        '{ fault: kill, aim: room-node, at: 5s, for: 1s }',
      ),
    ).toContain('kill begins while hang is still on');
  });

  it('is more than the drill may hit', () => {
    expect(said('{ fault: kill, aim: { nodes: 67% }, for: 5s }')).toContain(
      'up to 2 parts would be hit at the same time; blastRadius allows 1',
    );
    expect(
      said('{ fault: kill, aim: redis, for: 5s }', '{ fault: hang, aim: room-node, for: 5s }'),
    ).toContain('up to 2 parts');
    // Each goes to the node that holds the room by then: the first two stay down.
    expect(said('{ fault: kill, aim: room-node, every: 30s, times: 3 }')).toContain(
      'up to 2 parts',
    );
    const two = problems(
      `${withFaults('{ fault: kill, aim: { nodes: 67% }, for: 5s }')}blastRadius: { members: 2 }`,
    );
    expect(two.join('\n')).toContain(
      '2 of 3 nodes would be hit at the same time; blastRadius allows 50%: write blastRadius: { members: 2, share: 67% }',
    );
  });

  it('is more than the drill may hit, by whatever names', () => {
    const said = (radius: string, ...lines: string[]): string =>
      problems(`${withFaults(...lines)}blastRadius: ${radius}`).join('\n');
    expect(
      said(
        '{ members: 2 }',
        '{ fault: kill, aim: { member: node-1 }, for: 5s }',
        '{ fault: kill, aim: { member: node-2 }, for: 5s }',
      ),
    ).toContain('2 of 3 nodes would be hit at the same time');
    // The larger of two shares, whichever is first.
    const [few, most] = [
      '{ fault: hang, aim: { nodes: 33% }, for: 20s }',
      '{ fault: packet-loss, aim: { nodes: 67% }, at: 5s, for: 20s, with: { loss: 2% } }',
    ];
    expect(said('{ members: 1 }', few, most)).toContain('up to 2 parts');
    expect(said('{ members: 2, share: 67% }', few, most)).toBe('');
    expect(
      said(
        '{ members: 1 }',
        '{ fault: restart, aim: { member: node-1 }, with: { down: 20s } }',
        '{ fault: kill, aim: redis, at: 10s }',
      ),
    ).toContain('up to 2 parts');
  });

  it('is not one after the other, nor different things to one part', () => {
    expect(said('{ fault: kill, aim: room-node, every: 30s, times: 3, for: 20s }')).toBe('');
    expect(said('{ fault: restart, aim: room-node, every: 30s, times: 3 }')).toBe('');
    expect(
      said(
        '{ fault: packet-loss, aim: room-node, for: 20s, with: { loss: 2% } }',
        '{ fault: hang, aim: room-node, at: 5s, for: 5s }',
      ),
    ).toBe('');
    expect(
      said(
        '{ fault: packet-loss, aim: room-node, for: 20s, with: { loss: 2% } }',
        '{ fault: kill, aim: room-node, at: 5s, for: 5s }',
      ),
    ).toBe('');
  });

  it('is told once for each fault of the file', () => {
    expect(
      problems(withFaults('{ fault: kill, aim: room-node, every: 30s, times: 10 }')),
    ).toHaveLength(1);
  });
});
