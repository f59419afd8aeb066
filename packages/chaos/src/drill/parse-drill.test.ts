import { PLAIN_REDIS } from '@livekit-swarm/lab';
import { explain, isUsageError } from '@livekit-swarm/settings';
import { describe, expect, it } from 'vitest';
import { drillOf, faultOf } from '../../test/support/drill-of.ts';
import { FAULTS } from '../../test/support/faults-of.ts';
import { type Drill, pathsOfLoad } from './drill.ts';
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

/** Text of a drill with these faults and the required keys. */
const withFaults = (...lines: string[]): string =>
  `drill: test\nfaults:\n${lines.map((line) => `  - ${line}\n`).join('')}`;

describe('parseDrill', () => {
  it('fills in all defaults', () => {
    const { load, ...drill } = parse(withFaults('{ fault: kill, target: room-node, for: 10s }'));
    expect(load).toEqual({
      rooms: 10,
      participants: 4,
      publish: ['audio'],
      joinRate: 20,
      reconnectPolicy: 'app',
      path: 'direct',
    });
    expect({ load: drillOf().load, ...drill }).toEqual(drillOf());
  });

  it('reads every key', () => {
    const drill = parse(`
drill: everything
description: >-
  Two lines,
  one sentence.
tags: { team: voice, number: 3 }
seed: 7
lab: { nodes: 4, spare: 1, tls: true, dns: 10s, redis: persistent, config: { signal_relay: { retry_timeout: 2s } }, alerts: true }
load: { rooms: 2, participants: 3, publish: [audio, video], joinRate: 5/s, reconnectPolicy: none }
steadyState: { within: 30s, for: 5s }
faults:
  - { fault: packet-loss, target: { nodes: 50% }, at: 20s, for: 1m, with: { loss: 2% } }
  - { fault: kill, target: redis, for: 5s }
recovery: 1m
joinProbes: { every: 1s, sessionDuration: 3s }
continuity: { every: 500ms, rooms: 3 }
objectives:
  timeToRecover: { p50: 12s, p95: 15s, max: 20s }
  subscriptionsNotRecovered: 1
  roomsWithoutMedia: any
  splitBrain: 2
  controlGroup: { maxInterruption: 1s }
  joinProbesConnected: 95%
  joinProbesWithoutMedia: 0
  ghostRooms: 3
  disconnected: 0
  invariantViolations: 0
  rto: 30s
  rpo: 5s
  stateLost: 2
  alerts: { LiveKitNodeDown: 2m }
thresholds:
  media_latency@recovery: [p(95)<200]
  packet_loss{kind:audio}@baseline: rate<0.01
repeats: 3
abort: { controlGroupInterrupted: 30%, interrupted: 80%, for: 5s }
blastRadius: { components: 3, share: 60% }
allowedTargets: [staging]
knownFailures: { serverVersion: 1.13.4, always: [split_brain], sometimes: [time_to_recover], reason: It does. }
`);
    expect(drill).toEqual({
      name: 'everything',
      description: 'Two lines, one sentence.',
      tags: { team: 'voice', number: '3' },
      seed: 7,
      lab: {
        nodes: 4,
        sites: 1,
        redis: { ...PLAIN_REDIS, persistent: true },
        spare: 1,
        tls: true,
        dnsTtlMs: 10_000,
        agentWorkers: null,
        config: { signal_relay: { retry_timeout: '2s' } },
        alerts: true,
      },
      load: {
        rooms: 2,
        participants: 3,
        publish: ['audio', 'video'],
        joinRate: 5,
        reconnectPolicy: 'none',
        path: 'direct',
      },
      steadyState: { withinMs: 30_000, forMs: 5_000, atMs: null },
      faults: [
        { fault: 'kill', target: { role: 'redis' }, atMs: 0, durationMs: 5_000, params: {} },
        {
          fault: 'packet-loss',
          target: { role: 'nodes', share: 0.5 },
          atMs: 20_000,
          durationMs: 60_000,
          params: { loss: 0.02 },
        },
      ],
      recoveryMs: 60_000,
      joinProbes: { everyMs: 1_000, sessionMs: 3_000, staggerMs: 500 },
      continuity: { everyMs: 500, rooms: 3 },
      objectives: {
        timeToRecoverP50Ms: 12_000,
        timeToRecoverP95Ms: 15_000,
        timeToRecoverMaxMs: 20_000,
        subscriptionsNotRecovered: 1,
        roomsWithoutMedia: null,
        splitBrain: 2,
        controlGroupInterruptionMs: 1_000,
        joinProbesConnected: 0.95,
        joinProbesWithoutMedia: 0,
        ghostRooms: 3,
        disconnected: 0,
        invariantViolations: 0,
        rtoMs: 30_000,
        rpoMs: 5_000,
        stateLost: 2,
        agentSilenceMaxMs: null,
        conversationsLost: null,
        roles: [],
        alertsWithinMs: { LiveKitNodeDown: 120_000 },
      },
      thresholds: [
        'media_latency@recovery: p(95)<200',
        'packet_loss{kind:audio}@baseline: rate<0.01',
      ],
      repeats: 3,
      abort: { controlGroupInterrupted: 0.3, interrupted: 0.8, forMs: 5_000 },
      blastRadius: { maxComponents: 3, maxShare: 0.6 },
      allowedTargets: ['staging'],
      knownFailures: {
        serverVersion: '1.13.4',
        always: ['split_brain'],
        sometimes: ['time_to_recover'],
        reason: 'It does.',
      },
    });
    expect(JSON.parse(JSON.stringify(drill))).toEqual(drill);
  });

  it('targets the only component of its kind when the target is left out', () => {
    expect(
      parse(withFaults('{ fault: redis-flush }', '{ fault: weather, for: 5s }')).faults,
    ).toEqual([
      faultOf({ fault: 'redis-flush', target: { role: 'redis' }, durationMs: null }),
      faultOf({ fault: 'weather', target: { role: 'none' }, durationMs: 5_000 }),
    ]);
  });

  it('accepts an empty list of faults', () => {
    expect(parse('drill: no-fault\nfaults: []').faults).toEqual([]);
  });
});

describe('the schedule', () => {
  const times = (line: string, seed = 1): number[] =>
    parse(`seed: ${seed}\n${withFaults(line)}`).faults.map(({ atMs }) => atMs);

  it('lists every occurrence of a repeated fault', () => {
    expect(
      times('{ fault: hang, target: room-node, at: 5s, every: 30s, times: 3, for: 10s }'),
    ).toEqual([5_000, 35_000, 65_000]);
  });

  it('draws random times: the same for the same seed, without overlap', () => {
    const line =
      '{ fault: hang, target: room-node, at: 5s, random: { times: 4, within: 60s }, for: 14s }';
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

  it('counts the down time of a restart as its duration', () => {
    const { faults } = parse(
      withFaults('{ fault: restart, target: room-node, with: { down: 40s } }'),
    );
    expect(faults).toEqual([
      faultOf({ fault: 'restart', durationMs: 40_000, params: { down: 40_000 } }),
    ]);
    const drawn = times(
      '{ fault: restart, target: room-node, random: { times: 2, within: 90s }, with: { down: 40s } }',
    );
    expect((drawn[1] ?? 0) - (drawn[0] ?? 0)).toBeGreaterThanOrEqual(40_000);
  });

  it('sorts several faults by their injection', () => {
    const drill = parse(
      withFaults(
        '{ fault: restart, target: room-node, every: 20s, times: 2 }',
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
  const HANG = '{ fault: hang, target: room-node, for: 10s }';

  it.each([
    ['', 'drill.yaml:1:1: is empty'],
    ['faults: []', 'drill.yaml:1:1: drill is missing'],
    ['drill: x', 'faults is missing; write - { fault: kill, target: room-node, for: 10s }'],
    [
      'drill: x\nname: x\nfaults: []',
      'drill.yaml:2:1: name: unknown key "name"; a drill is named by drill: kill-room-node',
    ],
    [
      'scenario: x\ngroups: {}',
      'drill.yaml:2:1: is a scenario, not a drill; "swarm validate" checks it, "swarm run" runs it; a drill names it with scenario: FILE',
    ],
    ['drill: x\ngroups: {}', 'it belongs to a scenario file: name that with scenario: FILE'],
    [
      'drill: x\nload: { rooms: 5000, participants: 50 }\nfaults: []',
      'drill.yaml:2:16: load.rooms: 5000 rooms × 50 are more than 200000 participants; use fewer rooms, or fewer in each',
    ],
    [
      'drill: x\nlab: { config: { keys: { me: hidden } } }\nfaults: []',
      'lab.config.keys: would be written to records and reports; leave it out: a lab creates its own keys',
    ],
    [
      'drill: x\nlab: { config: { rtc: { turn_servers: [{ host: t, credential: hidden }] } } }\nfaults: []',
      'lab.config.rtc.turn_servers[0].credential: would be written to records and reports',
    ],
    ['drill: x\nlab: { agentWorkers: { length: 90s } }\nfaults: []', '"90s" must be at most 60s'],
    [
      withFaults('{ fault: kil, target: room-node }'),
      'drill.yaml:3:14: faults[0].fault: unknown fault "kil"; did you mean kill?',
    ],
    [
      withFaults('{ fault: explosion }'),
      'unknown fault "explosion"; available: kill, restart, hang, packet-loss, redis-flush, add-node, weather',
    ],
    [withFaults('kill'), 'drill.yaml:3:5: faults[0]: must be a mapping'],
    [withFaults('{ target: redis }'), 'fault is missing; available'],
    [
      withFaults('{ fault: kill, target: room-nod }'),
      'unknown target "room-nod"; did you mean room-node?',
    ],
    [
      withFaults('{ fault: kill, target: { node: 3 } }'),
      'faults[0].target.node: unknown key "node"; did you mean nodes?',
    ],
    [
      withFaults('{ fault: kill, target: {} }'),
      'must be nodes, agentWorkers, a component or a site',
    ],
    [
      withFaults('{ fault: kill, target: { nodes: 0% } }'),
      'faults[0].target.nodes: selects no node',
    ],
    [withFaults('{ fault: kill }'), 'target is missing; kill can be injected into room-node'],
    [
      withFaults('{ fault: hang, target: redis, for: 3s }'),
      'hang cannot be injected into Redis; available: room-node',
    ],
    [withFaults('{ fault: redis-flush, target: none }'), 'redis-flush needs a target'],
    [
      withFaults('{ fault: weather, target: redis, for: 3s }'),
      'weather has no target; leave target out',
    ],
    [
      withFaults('{ fault: hang, target: room-node }'),
      'for is missing: hang lasts until its rollback; write for: 10s',
    ],
    [
      withFaults('{ fault: hang, target: room-node, for: 10 }'),
      'faults[0].for: a duration needs a unit; write 10s',
    ],
    [withFaults('{ fault: packet-loss, target: room-node, for: 10s }'), 'loss is missing'],
    [
      withFaults('{ fault: packet-loss, target: room-node, for: 10s, with: { los: 2% } }'),
      'faults[0].with.los: unknown key "los"; did you mean loss?',
    ],
    [
      withFaults('{ fault: packet-loss, target: room-node, for: 10s, loss: 2% }'),
      'unknown key "loss"',
    ],
    [
      withFaults('{ fault: kill, target: redis, every: 30s }'),
      'times is missing: every alone never ends; write times: 3',
    ],
    [
      withFaults('{ fault: kill, target: redis, times: 3 }'),
      'faults[0].times: has no effect without every',
    ],
    [
      withFaults(
        '{ fault: kill, target: redis, every: 30s, times: 2, for: 5s, random: { times: 3, within: 2m } }',
      ),
      'excludes random',
    ],
    [
      withFaults('{ fault: hang, target: room-node, every: 10s, times: 2, for: 10s }'),
      'it would be injected again before its rollback, 10s after the injection',
    ],
    [
      withFaults('{ fault: hang, target: room-node, random: { times: 3, within: 20s }, for: 10s }'),
      'faults[0].random.within: is too short: 3 times 10s do not fit; write 1m',
    ],
    [
      withFaults(
        '{ fault: restart, target: room-node, every: 30s, times: 2, with: { down: 40s } }',
      ),
      'it would be injected again before its rollback, 40s after the injection',
    ],
    [
      withFaults('{ fault: restart, target: room-node, for: 5s, with: { down: 20s } }'),
      'faults[0].for: is shorter than the duration of restart: 20s; leave it out, or make it longer',
    ],
    [
      `${withFaults(HANG)}load: { participants: 1 }`,
      'load.participants: must be a whole number from 2 to 100',
    ],
    [`${withFaults(HANG)}load: { publish: [] }`, 'load.publish: is empty: there would be no media'],
    [`${withFaults(HANG)}load: { publish: [audio, audio] }`, 'load.publish: names one kind twice'],
    [`${withFaults(HANG)}load: { reconnectPolicy: application }`, 'load.reconnectPolicy'],
    [
      `${withFaults(HANG)}steadyState: { within: 5s, for: 10s }`,
      'steadyState.for: is not shorter than within',
    ],
    // Defaults count as well: `for` is 10s.
    [
      `${withFaults(HANG)}steadyState: { within: 10s }`,
      'steadyState.for: is not shorter than within',
    ],
    [
      `${withFaults(HANG)}load: { rooms: 500 }\nsteadyState: { at: 60s }`,
      'steadyState.at: the steady state would begin after 50s',
    ],
    [
      `${withFaults(HANG)}objectives: { timeToRecover: { p50: 9s, max: 5s } }`,
      'objectives.timeToRecover.max: is less than p50',
    ],
    [
      `${withFaults(HANG)}objectives: { splitBrain: none }`,
      'objectives.splitBrain: must be a whole number from 0 to 1000000, or any',
    ],
    [
      `${withFaults(HANG)}objectives: { controlGroup: touched }`,
      'write uninterrupted, any or { maxInterruption: 1s }',
    ],
    [
      `${withFaults(HANG)}objectives: { joinProbesConnected: 95% }`,
      'objectives.joinProbesConnected: needs join probes, and the drill has none; add joinProbes',
    ],
    [
      'drill: x\nfaults: []\nobjectives: { timeToRecover: { max: 5s } }',
      'objectives.timeToRecover: counts from a fault, and the drill has none',
    ],
    [
      `${withFaults(HANG)}objectives: { alerts: { LiveKitNodeDown: 30s } }`,
      'objectives.alerts: cannot be observed: the lab has no Prometheus; add lab: { alerts: true }',
    ],
    [
      `${withFaults(HANG)}lab: { alerts: true }\nobjectives: { alerts: { LiveKitNodeDown: 5m } }`,
      'objectives.alerts.LiveKitNodeDown: is longer than the drill',
    ],
    [
      `${withFaults(HANG)}lab: { alerts: true }\nobjectives: { alerts: { 'LiveKit node down': 30s } }`,
      'is not a name of an alert; write LiveKitNodeDown',
    ],
    [
      `${withFaults(HANG)}lab: { alerts: true }\nobjectives: { alerts: [LiveKitNodeDown] }`,
      'must be a mapping of alerts',
    ],
    [
      'drill: x\nfaults: []\nobjectives: { alerts: { A: 5s } }',
      'objectives.alerts: count from a fault, and the drill has none',
    ],
    [
      `${withFaults(HANG)}knownFailures: { serverVersion: 1.13.4, always: [alerts], reason: x }`,
      'alerts can never be missed: no objective requires it; add objectives.alerts',
    ],
    [
      `${withFaults(HANG)}thresholds: { media_latenzy@recovery: [p(95)<200] }`,
      'unknown metric "media_latenzy"; did you mean media_latency?',
    ],
    [
      `${withFaults(HANG)}thresholds: { media_latency@recover: [p(95)<200] }`,
      'unknown window "recover"; did you mean recovery?',
    ],
    [
      'drill: x\nfaults: []\nthresholds: { media_latency@fault: [p(95)<200] }',
      'unknown window "fault"',
    ],
    [
      `${withFaults(HANG)}thresholds: { 'packet_loss{kind:video}': rate<1% }`,
      'no video is received by any participant',
    ],
    [
      `${withFaults(HANG)}thresholds: { packet_loss: rate<1% abortOnFail }`,
      'leave abortOnFail out; write abort: { controlGroupInterrupted: 50%, for: 10s }',
    ],
    [
      `${withFaults(HANG)}knownFailures: { serverVersion: new, always: [time_to_recover], reason: x }`,
      'knownFailures.serverVersion: must be a version; write 1.13.4',
    ],
    [
      `${withFaults(HANG)}knownFailures: { serverVersion: 1.13.4, reason: x }`,
      'always is missing, and sometimes is empty',
    ],
    [
      `${withFaults(HANG)}knownFailures: { serverVersion: 1.13.4, always: [split_brian], reason: x }`,
      'did you mean split_brain?',
    ],
    [
      `${withFaults(HANG)}knownFailures: { serverVersion: 1.13.4, always: [time_to_recover], reason: x }`,
      'knownFailures.always[0]: time_to_recover can never be missed: no objective requires it; add objectives.timeToRecover',
    ],
    [
      `${withFaults(HANG)}knownFailures: { serverVersion: 1.13.4, always: [split_brain], sometimes: [split_brain], reason: x }`,
      'split_brain is also in always',
    ],
    [
      `${withFaults(HANG)}joinProbes: { sessionDuration: 2s, stagger: 2s }`,
      'joinProbes.stagger: is not shorter than sessionDuration',
    ],
    [
      'drill: x\nlab: { nodes: 1 }\nfaults: [{ fault: kill, target: other-node }]',
      'needs another node: the lab has one',
    ],
    [
      'drill: x\nfaults: [{ fault: add-node, target: spare-node }]',
      'needs a node that does not run: the lab has none; write lab: { spare: 1 }',
    ],
    [
      'drill: x\nlab: { spare: 1 }\nfaults: [{ fault: add-node, target: room-node }]',
      'faults[0].target: add-node needs a node that does not run; write target: spare-node',
    ],
    [
      'drill: x\nlab: { spare: 1 }\nfaults: [{ fault: kill, target: spare-node }]',
      'faults[0].target: kill needs a node that runs',
    ],
    [`${withFaults(HANG)}recovery: 30h`, 'would take 30h'],
  ])('%j: %s', (text, message) => {
    expect(problems(text).join('\n')).toContain(message);
  });

  it('reports a target that cannot be read once', () => {
    expect(problems('drill: x\nfaults: [{ fault: kill, target: { node: 3 } }]\n')).toEqual([
      'drill.yaml:2:35: faults[0].target.node: unknown key "node"; did you mean nodes?',
    ]);
  });

  it('are reported all at once, with their positions', () => {
    expect(
      problems(`drill: Kill It
load: { rooms: 0 }
faults:
  - { fault: packet-loss, target: room-node, for: 3s, with: { loss: 200% } }
thresholds: { jitter@fault: [p(95)<] }
repeat: 3
`).map((line) => line.replace(/;.*/, '')),
    ).toEqual([
      'drill.yaml:1:8: drill: "Kill It" cannot be the name of a drill',
      'drill.yaml:2:16: load.rooms: must be a whole number from 1 to 10000',
      'drill.yaml:4:69: faults[0].with.loss: must be from 0% to 100%',
      'drill.yaml:5:30: thresholds.jitter@fault[0]: expected a number',
      'drill.yaml:6:1: repeat: unknown key "repeat"',
    ]);
  });
});

describe('faults that exclude each other', () => {
  const said = (...lines: string[]): string => problems(withFaults(...lines)).join('\n');
  const wide = (...lines: string[]): string =>
    problems(`${withFaults(...lines)}blastRadius: { components: 3, share: 100% }`).join('\n');

  it('are the same fault in one component', () => {
    expect(
      wide(
        '{ fault: hang, target: room-node, for: 10s }',
        '{ fault: hang, target: room-node, at: 5s, for: 10s }',
      ),
    ).toContain(
      'drill.yaml:4:5: faults[1]: hang is injected again before its rollback; inject it later (at), or give it another target',
    );
    expect(wide('{ fault: kill, target: redis }', '{ fault: redis-flush, at: 5s }')).toContain(
      'redis-flush is injected while kill is active, and one component cannot have both; give kill a duration (for: 10s), or another target',
    );
  });

  it('are a kill of a paused component', () => {
    expect(
      wide(
        '{ fault: hang, target: room-node, for: 10s }',
        '{ fault: kill, target: room-node, at: 5s, for: 1s }',
      ),
    ).toContain('kill is injected while hang is active');
  });

  it('exceed the blast radius', () => {
    expect(said('{ fault: kill, target: { nodes: 67% }, for: 5s }')).toContain(
      'up to 2 components would be affected at the same time; blastRadius allows 1',
    );
    expect(
      said(
        '{ fault: kill, target: redis, for: 5s }',
        '{ fault: hang, target: room-node, for: 5s }',
      ),
    ).toContain('up to 2 components');
    // Each goes to the node that holds the room by then: the first two stay down.
    expect(said('{ fault: kill, target: room-node, every: 30s, times: 3 }')).toContain(
      'up to 2 components',
    );
    const two = problems(
      `${withFaults('{ fault: kill, target: { nodes: 67% }, for: 5s }')}blastRadius: { components: 2 }`,
    );
    expect(two.join('\n')).toContain(
      '2 of 3 nodes would be affected at the same time; blastRadius allows 50%: write blastRadius: { components: 2, share: 67% }',
    );
  });

  it('exceed the blast radius with different kinds of targets', () => {
    const said = (radius: string, ...lines: string[]): string =>
      problems(`${withFaults(...lines)}blastRadius: ${radius}`).join('\n');
    expect(
      said(
        '{ components: 2 }',
        '{ fault: kill, target: { component: node-1 }, for: 5s }',
        '{ fault: kill, target: { component: node-2 }, for: 5s }',
      ),
    ).toContain('2 of 3 nodes would be affected at the same time');
    // The larger of two shares, whichever is first.
    const [few, most] = [
      '{ fault: hang, target: { nodes: 33% }, for: 20s }',
      '{ fault: packet-loss, target: { nodes: 67% }, at: 5s, for: 20s, with: { loss: 2% } }',
    ];
    expect(said('{ components: 1 }', few, most)).toContain('up to 2 components');
    expect(said('{ components: 2, share: 67% }', few, most)).toBe('');
    expect(
      said(
        '{ components: 1 }',
        '{ fault: restart, target: { component: node-1 }, with: { down: 20s } }',
        '{ fault: kill, target: redis, at: 10s }',
      ),
    ).toContain('up to 2 components');
  });

  it('are neither consecutive faults nor different faults in one component', () => {
    expect(said('{ fault: kill, target: room-node, every: 30s, times: 3, for: 20s }')).toBe('');
    expect(said('{ fault: restart, target: room-node, every: 30s, times: 3 }')).toBe('');
    expect(
      said(
        '{ fault: packet-loss, target: room-node, for: 20s, with: { loss: 2% } }',
        '{ fault: hang, target: room-node, at: 5s, for: 5s }',
      ),
    ).toBe('');
    expect(
      said(
        '{ fault: packet-loss, target: room-node, for: 20s, with: { loss: 2% } }',
        '{ fault: kill, target: room-node, at: 5s, for: 5s }',
      ),
    ).toBe('');
  });

  it('are reported once for each fault of the file', () => {
    expect(
      problems(withFaults('{ fault: kill, target: room-node, every: 30s, times: 10 }')),
    ).toHaveLength(1);
  });
});

it.each([
  ['{ fault: kill, target: turn, for: 5s }', 'turn-udp'],
  ['{ fault: kill, target: redis, for: 5s }', 'direct'],
])('a load takes the path that its fault affects: %s', (fault, path) => {
  const text = `drill: path\nfaults:\n  - ${fault}\n`;
  expect(pathsOfLoad(parseDrill(text, { file: 'path.yaml', faults: FAULTS }).load)).toEqual([path]);
  const named = `${text}load: { path: turn-tls }\n`;
  expect(pathsOfLoad(parseDrill(named, { file: 'path.yaml', faults: FAULTS }).load)).toEqual([
    'turn-tls',
  ]);
});
