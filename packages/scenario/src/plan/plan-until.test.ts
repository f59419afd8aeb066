import { describe, expect, it } from 'vitest';
import { parseScenario } from '../language/parse-scenario.ts';
import { expandPlan } from './expand.ts';
import { planUntil } from './plan-until.ts';

const planOf = (text: string) => expandPlan(parseScenario(text, { file: 'test.yaml' }), 'k3x9');

const CALL = `
scenario: call
groups:
  rooms:
    executor: constant-rooms
    rooms: 2
    duration: 1m
    roles:
      speaker:
        count: 2
        publish: audio
        actions: [{ at: 10s, do: mute, track: audio }, { at: 50s, do: unmute, track: audio }]
`;

describe('planUntil', () => {
  it('lets all participants leave at the new end, without later actions', () => {
    const plan = planUntil(planOf(CALL), 30_000);
    expect(plan.endAtMs).toBe(30_000);
    expect(plan.participants).toHaveLength(4);
    for (const { leaveAtMs, actions } of plan.participants) {
      expect(leaveAtMs).toBe(30_000);
      expect(actions?.map((action) => action.do)).toEqual(['mute']);
    }
    expect(plan.windows.every(({ toMs }) => toMs <= 30_000)).toBe(true);
  });

  it('leaves out participants that join later, and the tracks that others expect of them', () => {
    const late = planOf(`
scenario: late
groups:
  early:
    executor: constant-rooms
    room: hall
    duration: 1m
    roles: { listener: { count: 1 } }
  late:
    executor: constant-rooms
    startTime: 40s
    room: hall
    duration: 20s
    roles: { speaker: { count: 1, publish: audio } }
`);
    expect(late.participants[0]?.expectedTracks.audio).toBe(1);
    const cut = planUntil(late, 30_000);
    expect(cut.participants.map(({ role, index }) => [role, index])).toEqual([['listener', 0]]);
    expect(cut.participants[0]?.expectedTracks.audio).toBe(0);
    // A session of less than a second would be a join that fails.
    expect(planUntil(late, 40_500).participants).toHaveLength(1);
    expect(planUntil(late, 41_000).participants).toHaveLength(2);
  });

  it('changes nothing in a plan that ends earlier', () => {
    const plan = planOf(CALL);
    expect(planUntil(plan, plan.endAtMs)).toBe(plan);
    expect(planUntil(plan, plan.endAtMs + 1)).toBe(plan);
  });
});
