import { parseScenario } from '@livekit-swarm/scenario';
import { expect, test } from 'vitest';
import { defaultRollDrill } from './default-drill.ts';
import { drillOfRoll } from './roll-request.ts';

const CALLS = `scenario: calls
groups:
  calls:
    executor: constant-rooms
    rooms: 1
    duration: 20s
    roles: { speaker: { count: 2, publish: audio } }
`;

test('a roll changes every node, and so requires nothing of a control group', () => {
  const scenario = parseScenario(CALLS, { file: 'calls.yaml' });
  const base = defaultRollDrill({ scenario, steadyAtMs: null });
  const release = { label: '1.13.5', program: '1.13.5', config: {}, configFile: null };
  const { objectives, faults } = drillOfRoll(
    base,
    {
      ...{ from: release, to: release, order: 'in-place', end: 'sigkill', rollback: false },
      ...{ drainMs: 1_000, gateMs: 1_000, settleMs: 1_000 },
    },
    ['node-1', 'node-2'],
  );
  expect(faults.map(({ target }) => target)).toEqual([
    { role: 'component', name: 'node-1' },
    { role: 'component', name: 'node-2' },
  ]);
  expect(objectives).toEqual({ ...base.objectives, controlGroupInterruptionMs: null });
});
