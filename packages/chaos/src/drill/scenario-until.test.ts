import { parseScenario } from '@livekit-swarm/scenario';
import { beforeEach, expect, it, vi } from 'vitest';
import { FAULTS } from '../../test/support/faults-of.ts';
import { parseDrill } from './parse-drill.ts';
import { planOfDrill, scenarioOfDrill } from './scenario-of-drill.ts';
import { scenarioUntil, timesOfScenario } from './scenario-until.ts';
import { drillTimes } from './schedule.ts';

/** Plans that were made. */
const plans = vi.hoisted(() => ({ made: 0 }));
vi.mock(import('@livekit-swarm/scenario'), async (importOriginal) => {
  const original = await importOriginal();
  return {
    ...original,
    expandPlan: (...args) => {
      plans.made++;
      return original.expandPlan(...args);
    },
  };
});
beforeEach(() => {
  plans.made = 0;
});

const SCENARIO = `
scenario: radio
groups:
  channels:
    executor: constant-rooms
    rooms: 2
    joinRate: 1/s
    duration: 20s
    roles: { dj: { count: 1, publish: audio }, listener: { count: 3 } }
`;

const drill = parseDrill(
  'drill: dj-node\nscenario: radio.yaml\nfaults: [{ fault: kill, target: room-node, for: 10s }]\n',
  {
    file: 'drill.yaml',
    faults: FAULTS,
    readScenario: (file) => parseScenario(SCENARIO, { file }),
  },
);
const load = 'scenario' in drill.load ? drill.load.scenario : expect.unreachable();

it('has the times of the plan, without making one', () => {
  const { lastJoinMs, endMs } = drillTimes(drill);
  const { endAtMs } = timesOfScenario(scenarioUntil(load, endMs));
  expect(plans.made).toBe(0);
  expect(planOfDrill(drill, 'x')).toMatchObject({ lastJoinAtMs: lastJoinMs, endAtMs });
});

it('computes the schedule of a load once for each end', () => {
  const { endMs } = drillTimes(drill);
  expect(scenarioUntil(load, endMs)).toBe(scenarioUntil(load, endMs));
  expect(scenarioOfDrill(drill).groups).toBe(scenarioOfDrill(drill).groups);
  const endOf = (ms: number): number => timesOfScenario(scenarioUntil(load, ms)).endAtMs;
  expect(endOf(endMs + 5_000) - endOf(endMs)).toBe(5_000);
});

it('names the group of a scenario that cannot be planned', () => {
  const groups = load.groups.map((group) => ({ ...group, room: 'one' }));
  expect(() => timesOfScenario({ ...load, groups })).toThrow(/^groups\.channels: names one room/);
});
