import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { drillOf, drillWithTwoFaults, faultOf } from '../../test/support/drill-of.ts';
import { readDrill } from '../../test/support/read-drill.ts';
import { pathsOfLoad } from '../drill/drill.ts';
import { assertComponentsKnown, assertLossesKnown } from '../execute/preconditions.ts';
import { type Fault, findFault } from '../faults/fault.ts';
import { FAULTS } from '../faults/index.ts';
import { dryRunLab } from '../targets/dry-run-lab.ts';
import { availableFaults } from './available-faults.ts';
import { planDrill } from './plan-drill.ts';

const folder = new URL('../../../../chaos/', import.meta.url);

describe('planDrill', () => {
  it('lists faults, times and targets', async () => {
    const plan = await planDrill(drillWithTwoFaults(), dryRunLab(3), FAULTS);
    expect(plan.components).toEqual([
      { name: 'node-1', kind: 'node' },
      { name: 'node-2', kind: 'node' },
      { name: 'node-3', kind: 'node' },
      { name: 'redis', kind: 'redis' },
      { name: 'haproxy', kind: 'load-balancer' },
    ]);
    expect(plan.participants.load).toBe(12);
    expect(plan.participants.joinProbes).toBeGreaterThan(20);
    expect(plan.faults).toEqual([
      {
        fault: 'kill',
        params: {},
        target: { role: 'room-node' },
        candidates: ['node-1', 'node-2', 'node-3'],
        atMs: 16_100,
        rollbackAtMs: null,
        rollback: 'start the process',
        losses: [],
        unknownLosses: [],
        obstacles: [],
      },
      {
        fault: 'redis-kill',
        params: {},
        target: { role: 'redis' },
        candidates: ['redis'],
        atMs: 21_100,
        rollbackAtMs: 31_100,
        rollback: expect.any(String),
        losses: [],
        unknownLosses: [],
        obstacles: [],
      },
    ]);
  });

  it('selects the same nodes as the drill will', async () => {
    const drill = drillOf({
      faults: [faultOf({ target: { role: 'nodes', share: 0.5 } })],
      blastRadius: { maxComponents: 3, maxShare: 1 },
    });
    const [fault] = (await planDrill(drill, dryRunLab(4), FAULTS)).faults;
    expect(fault?.candidates).toHaveLength(2);
    expect((await planDrill(drill, dryRunLab(4), FAULTS)).faults[0]?.candidates).toEqual(
      fault?.candidates,
    );
  });

  it('reports missing targets and an exceeded blast radius', async () => {
    const plan = await planDrill(
      drillOf({
        faults: [
          faultOf({ target: { role: 'component', name: 'node-9' } }),
          faultOf({ target: { role: 'turn' } }),
          faultOf({ target: { role: 'nodes', share: 1 } }),
        ],
      }),
      dryRunLab(3),
      FAULTS,
    );
    const [component, turn, nodes] = plan.faults.map(({ obstacles }) => obstacles.join());
    expect(component).toContain('node-9: not found among node-1, node-2, node-3, redis, haproxy');
    expect(turn).toContain('TURN');
    expect(nodes).toContain('more than the drill');
  });

  it('has every component that a drill may name', async () => {
    const { lab } = readDrill(fileURLToPath(new URL('agent-worker-kill.yaml', folder)));
    const { components } = await planDrill(drillOf(), dryRunLab(1, ['direct'], lab), FAULTS);
    const killing = (name: string) =>
      drillOf({ faults: [faultOf({ target: { role: 'component', name } })] });
    expect(() => assertComponentsKnown(killing('agent-worker-2'), components)).not.toThrow();
    expect(() => assertComponentsKnown(killing('agent-workr-2'), components)).toThrow(
      'the target of kill is agent-workr-2, and the deployment has no such component',
    );
  });

  describe('of a fault that deletes', () => {
    const flush = drillOf({
      faults: [faultOf({ fault: 'redis-flush', target: { role: 'redis' } })],
    });
    const planWith = (found: Pick<Fault, 'unavailable' | 'preview'>) => {
      const fault = findFault(FAULTS, 'redis-flush');
      return planDrill(flush, dryRunLab(1), new Map([['redis-flush', { ...fault, ...found }]]));
    };
    const preview = () =>
      Promise.reject(new Error('NOPERM this user has no permissions to run scan'));

    it('states that losses are unknown, with the error', async () => {
      const plan = await planWith({ unavailable: async () => null, preview });
      expect(plan.faults[0]).toMatchObject({
        losses: [],
        unknownLosses: ['redis: NOPERM this user has no permissions to run scan'],
        obstacles: [],
      });
      expect(() => assertLossesKnown(plan)).toThrow(
        'what redis-flush would delete cannot be known: redis: NOPERM',
      );
    });

    it('needs no losses where the fault cannot be injected', async () => {
      const plan = await planWith({ unavailable: async () => 'a cluster', preview });
      expect(plan.faults[0]).toMatchObject({ unknownLosses: [], obstacles: ['a cluster'] });
      expect(() => assertLossesKnown(plan)).not.toThrow();
    });
  });
  it.each(readdirSync(folder).filter((name) => name.endsWith('.yaml')))(
    'finds every candidate of %s',
    async (name) => {
      const drill = readDrill(fileURLToPath(new URL(name, folder)));
      const { faults } = await planDrill(
        drill,
        dryRunLab(drill.lab.nodes, pathsOfLoad(drill.load), drill.lab),
        FAULTS,
      );
      expect(faults.every(({ candidates }) => candidates.length > 0)).toBe(true);
    },
  );
});

describe('the lab of a dry run', () => {
  it('accepts no signal', async () => {
    const lab = dryRunLab(2);
    const [node] = await lab.components();
    if (node === undefined) throw new Error('no component');
    await expect(lab.signal(node, 'SIGKILL')).rejects.toMatchObject({
      code: 'component_not_found',
    });
    await expect(lab.start(node)).rejects.toMatchObject({ code: 'component_not_found' });
  });
});

describe('availableFaults', () => {
  it('asks every fault about every component of its kinds', async () => {
    const lab = dryRunLab(1);
    const found = await availableFaults(lab, await lab.components(), FAULTS);
    expect(found.map(({ fault }) => fault)).toEqual([...FAULTS.keys()]);
    const kill = found.find(({ fault }) => fault === 'kill');
    expect(kill).toEqual({
      fault: 'kill',
      available: ['node-1', 'redis', 'haproxy'],
      unavailable: [],
    });
    for (const { unavailable } of found)
      for (const { why } of unavailable) expect(why).toMatch(/\w{2,} \w+/);
  });
});
