import { dryRunLab, planDrill } from '@livekit-swarm/chaos';
import { FAULTS } from '@livekit-swarm/chaos/faults';
import { describe, expect, it } from 'vitest';
import { drillOf, drillWithTwoFaults, faultOf } from '../../../chaos/test/support/drill-of.ts';
import { styleFor } from '../text-layout.ts';
import { renderPlan } from './plan-text.ts';

describe('renderPlan', () => {
  it('lists the schedule and the components', async () => {
    const plan = await planDrill(drillWithTwoFaults(), dryRunLab(3), FAULTS);
    const text = renderPlan(plan, styleFor(false));
    expect(text).toMatch(
      /16\.1 s +kill → the node that holds the first room \(one of node-1, node-2, node-3\)\n/,
    );
    expect(text).toMatch(/31\.1 s +rollback of redis-kill\n/);
    expect(text).toContain('  components   node-1, node-2, node-3, redis, haproxy\n');
    expect(text).toMatch(/all participants leave; rollback of kill/);
    expect(text).toContain('and the start of a lab');
    expect(renderPlan(plan, styleFor(false), true)).not.toContain('start of a lab');
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  it('warns of a target that does not exist', async () => {
    const drill = drillOf({ faults: [faultOf({ target: { role: 'component', name: 'node-9' } })] });
    const plan = await planDrill(drill, dryRunLab(3), FAULTS);
    expect(renderPlan(plan, styleFor(false))).toContain('! the drill would be void: kill: node-9');
  });

  it('names the settings by which a platform rolls, and the helpers that a drill starts', async () => {
    const plan = await planDrill(drillOf({ faults: [] }), dryRunLab(1), FAULTS);
    const rollout = {
      ...{ workload: 'StatefulSet livekit', replicas: 3, image: 'livekit-server:v1.13.4' },
      ...{ maxSurge: null, maxUnavailable: 1, partition: 0, terminationGraceSeconds: 60 },
      ...{ hasPreStop: false, hasReadinessProbe: true },
      budgets: [{ name: 'livekit', minAvailable: null, maxUnavailable: 1 }],
    };
    const text = renderPlan({ ...plan, rollout, helpers: [{}, {}] }, styleFor(false), true);
    expect(text.replace(/\s+/g, ' ')).toContain(
      'rollout StatefulSet livekit, 3 pods of livekit-server:v1.13.4; at most 1 unavailable; 60 s grace period; no preStop; with a readiness probe; disruption budgets, which a rollout does not respect: livekit (at most 1 unavailable)',
    );
    expect(text.replace(/\s+/g, ' ')).toContain(
      'helpers 2 privileged pods on the Kubernetes nodes',
    );
  });

  it('states that what would be deleted cannot be known', async () => {
    const plan = await planDrill(drillOf({ faults: [faultOf({})] }), dryRunLab(1), FAULTS);
    const faults = plan.faults.map((fault) => ({ ...fault, unknownLosses: ['redis: NOPERM'] }));
    expect(renderPlan({ ...plan, faults }, styleFor(false))).toMatch(
      /deleted +by kill: cannot be known: redis: NOPERM\n/,
    );
  });
});
