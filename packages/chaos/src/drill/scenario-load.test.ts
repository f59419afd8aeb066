import { parseScenario, type Scenario } from '@livekit-swarm/scenario';
import { explain, isUsageError } from '@livekit-swarm/settings';
import { describe, expect, it } from 'vitest';
import { FAULTS } from '../../test/support/faults-of.ts';
import { expectedMedia, isPublished, publishedSources } from './expected-media.ts';
import { parseDrill } from './parse-drill.ts';
import { isLoad, planOfDrill, scenarioOfDrill } from './scenario-of-drill.ts';
import { drillTimes } from './schedule.ts';

const DJ = `
scenario: radio
tags: { workload: broadcast }
groups:
  channels:
    executor: constant-rooms
    rooms: 2
    joinRate: 100/s
    duration: 20s
    roles:
      dj: { count: 1, publish: audio }
      listener: { count: 3 }
thresholds:
  packet_loss: [rate<0.01]
`;

const ARRIVALS = `
scenario: arrivals
groups:
  calls:
    executor: constant-arrival-rate
    rate: 1
    duration: 3m
    roomDuration: 20s
    roles: { caller: { count: 2, publish: audio } }
`;

const DRILL = `
drill: dj-node
scenario: ../scenarios/radio.yaml
faults:
  - { fault: kill, target: room-node, for: 10s }
`;

const read = (text: string, scenario = DJ) => {
  const paths: string[] = [];
  const readScenario = (path: string): Scenario => {
    paths.push(path);
    return parseScenario(scenario, { file: path });
  };
  const drill = parseDrill(text, { file: 'drill.yaml', faults: FAULTS, readScenario });
  return { drill, paths };
};

const problems = (text: string, scenario = DJ): string => {
  try {
    read(text, scenario);
  } catch (error) {
    if (isUsageError(error)) return explain(error);
    throw error;
  }
  return '';
};

describe('a drill of a scenario', () => {
  const { drill, paths } = read(DRILL);

  it('reads the file that it names', () => {
    expect(paths).toEqual(['../scenarios/radio.yaml']);
    expect(drill.load).toMatchObject({ scenario: { name: 'radio' }, reconnectPolicy: 'app' });
  });

  it('lasts until the end of the drill, with the windows and thresholds of the drill', () => {
    const scenario = scenarioOfDrill(drill);
    expect(scenario).toMatchObject({
      name: 'dj-node',
      tags: { workload: 'broadcast' },
      thresholds: [],
    });
    expect(scenario.windows.map(({ name }) => name)).toEqual(['baseline', 'fault', 'recovery']);
    const plan = planOfDrill(drill, 'x');
    expect(plan.endAtMs).toBeLessThanOrEqual(drillTimes(drill).endMs);
    expect(plan.endAtMs).toBeGreaterThan(drillTimes(drill).endMs - 1_000);
    expect(plan.participants).toHaveLength(8);
  });

  it('expects of listeners the DJ of their room, and nothing of the DJ', () => {
    const { participants } = planOfDrill(drill, 'x');
    const { steadyFromMs, steadyMs } = drillTimes(drill);
    const expected = expectedMedia(participants, steadyFromMs, steadyMs);
    const counts = participants.map(({ identity, role }) => [role, expected.get(identity)?.size]);
    expect(counts.filter(([role]) => role === 'dj')).toEqual([
      ['dj', 0],
      ['dj', 0],
    ]);
    expect(counts.filter(([role]) => role === 'listener').every(([, size]) => size === 1)).toBe(
      true,
    );
  });

  it('has join probes in rooms that are open, and in new ones', () => {
    const { drill: probing } = read(`${DRILL}joinProbes: { every: 2s, sessionDuration: 4s }`);
    const probes = planOfDrill(probing, 'x').participants.filter((one) => !isLoad(one));
    const rooms = new Set(probes.map(({ room }) => room));
    expect(rooms).toContain('swarm-x-1');
    expect([...rooms].some((room) => room.includes('probe'))).toBe(true);
  });

  it('replaces the load of another drill, whose known failures are of its own load', () => {
    const text = `
drill: other
faults: [{ fault: kill, target: room-node, for: 10s }]
knownFailures: { serverVersion: 1.13.4, always: [split_brain], reason: It is known. }
`;
    const scenario = parseScenario(DJ, { file: 'radio.yaml' });
    const load = { scenario, steadyAtMs: 40_000 };
    const replaced = parseDrill(text, { file: 'drill.yaml', faults: FAULTS, load });
    expect(replaced.steadyState.atMs).toBe(40_000);
    expect(replaced.load).toMatchObject({ scenario: { name: 'radio' } });
    expect(replaced.knownFailures).toBeNull();
  });
});

describe('a scenario whose participants come and go', () => {
  it('is drilled at a time of its own, and ends with the drill', () => {
    const text = `${DRILL}steadyState: { at: 40s, for: 5s }`;
    const { drill } = read(text, ARRIVALS);
    const times = drillTimes(drill);
    expect(times).toMatchObject({ steadyFromMs: 35_000, steadyMs: 40_000, endMs: 80_000 });
    const plan = planOfDrill(drill, 'x');
    expect(plan.endAtMs).toBe(80_000);
    expect(Math.max(...plan.participants.map(({ leaveAtMs }) => leaveAtMs))).toBe(80_000);
    const expected = expectedMedia(plan.participants, times.steadyFromMs, times.steadyMs);
    expect(expected.size).toBeGreaterThan(4);
    expect(expected.size).toBeLessThan(plan.participants.length / 2);
  });

  it('needs that time', () =>
    expect(problems(DRILL, ARRIVALS)).toMatch(
      /ends after .* and the drill takes .*make its stages longer/s,
    ));

  it('needs participants at that time', () => {
    const late = ARRIVALS.replace('  calls:', '  calls:\n    startTime: 2m');
    expect(problems(`${DRILL}steadyState: { at: 40s, for: 5s }`, late)).toMatch(
      /no participant receives media of another during the whole steady state \(from 35s to 40s\).*at: 2m 6s/s,
    );
  });
});

describe('problems of a drill with a scenario', () => {
  it.each([
    ['load: { rooms: 3 }', 'load.rooms: has no effect: the scenario describes the load'],
    ['load: { path: direct }', 'load.path: has no effect'],
    ['steadyState: { at: 5s, for: 5s }', 'no participant could join before it begins'],
    [
      'objectives: { roles: { listner: { receiving: { notRecovered: 0 } } } }',
      'the load has no role "listner"; did you mean listener?',
    ],
    [
      'objectives: { roles: { dj: { receiving: { notRecovered: 0 } } } }',
      'objectives.roles.dj.receiving: is always met: "dj" receives no media of others',
    ],
    [
      'objectives: { roles: { listener: { publishing: { notRecovered: 0 } } } }',
      'objectives.roles.listener.publishing: is always met: "listener" publishes nothing',
    ],
    ['thresholds: { "packet_loss{role:host}": [rate<1] }', 'thresholds'],
  ])('%s', (line, message) => expect(problems(`${DRILL}${line}`)).toContain(message));

  it('reports names that its own participants have', () =>
    expect(problems(DRILL, DJ.replace('listener:', 'join-probe:'))).toContain(
      'has a group or a role "join-probe", as the join probes of a drill',
    ));

  it('reports a file that cannot be read from its text', () =>
    expect(() => parseDrill(DRILL, { file: 'stdin', faults: FAULTS })).toThrow(/cannot be read/));
});

describe('publications with actions', () => {
  const [dj] = planOfDrill(
    read(
      DRILL,
      DJ.replace(
        'dj: { count: 1, publish: audio }',
        'dj: { count: 1, publish: audio, actions: [{ at: 10s, do: unpublish, track: audio }] }',
      ).replace('listener: { count: 3 }', 'listener: { count: 3, publish: audio }'),
    ).drill,
    'x',
  ).participants;

  it('are expected as planned', () => {
    if (dj === undefined) throw new Error('the load has a DJ');
    expect(isPublished(dj, 'audio', dj.joinAtMs + 5_000)).toBe(true);
    expect(isPublished(dj, 'audio', dj.joinAtMs + 9_500)).toBe(false);
    expect(isPublished(dj, 'audio', dj.joinAtMs + 20_000)).toBe(false);
    expect(isPublished(dj, 'camera', dj.joinAtMs)).toBe(false);
  });

  it('are only known by observation for a role', () =>
    expect(publishedSources({ publish: [{ kind: 'audio' }], grants: {}, actions: [] })).toEqual([
      'audio',
    ]));
});
