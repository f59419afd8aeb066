import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { drillOf, faultOf } from '../../test/support/drill-of.ts';
import { parseDrill } from '../drill/parse-drill.ts';
import { FAULTS } from '../faults/index.ts';
import { imaginedLab } from '../targets/dry-run-lab.ts';
import { possibleFaults } from './available-faults.ts';
import { previewDrill } from './plan-drill.ts';
import { sampleParams } from './sample-params.ts';

describe('previewDrill', () => {
  it('says what would be done when, and to what', async () => {
    const drill = drillOf({
      faults: [
        faultOf({ fault: 'kill', durationMs: null }),
        faultOf({ fault: 'redis-kill', aim: { role: 'redis' }, atMs: 5_000, durationMs: 10_000 }),
      ],
      newcomers: { everyMs: 2_000, stayMs: 4_000 },
    });
    const preview = await previewDrill(drill, imaginedLab(3), FAULTS);
    expect(preview.members).toEqual([
      { name: 'node-1', kind: 'node' },
      { name: 'node-2', kind: 'node' },
      { name: 'node-3', kind: 'node' },
      { name: 'redis', kind: 'redis' },
      { name: 'haproxy', kind: 'balancer' },
    ]);
    expect(preview.people.crowd).toBe(12);
    expect(preview.people.newcomers).toBeGreaterThan(20);
    expect(preview.faults).toEqual([
      {
        fault: 'kill',
        params: {},
        aim: 'the node that holds the first room',
        candidates: ['node-1', 'node-2', 'node-3'],
        atMs: 16_100,
        healAtMs: null,
        obstacles: [],
      },
      {
        fault: 'redis-kill',
        params: {},
        aim: 'Redis',
        candidates: ['redis'],
        atMs: 21_100,
        healAtMs: 31_100,
        obstacles: [],
      },
    ]);
  });

  it('draws the same nodes as the drill will', async () => {
    const drill = drillOf({
      faults: [faultOf({ aim: { role: 'nodes', share: 0.5 } })],
      blastRadius: { maxMembers: 3, maxShare: 1 },
    });
    const [fault] = (await previewDrill(drill, imaginedLab(4), FAULTS)).faults;
    expect(fault?.candidates).toHaveLength(2);
    expect((await previewDrill(drill, imaginedLab(4), FAULTS)).faults[0]?.candidates).toEqual(
      fault?.candidates,
    );
  });

  it('says what is not there, and what is too much', async () => {
    const preview = await previewDrill(
      drillOf({
        faults: [
          faultOf({ aim: { role: 'member', name: 'node-9' } }),
          faultOf({ aim: { role: 'turn' } }),
          faultOf({ aim: { role: 'nodes', share: 1 } }),
        ],
      }),
      imaginedLab(3),
      FAULTS,
    );
    const [member, turn, nodes] = preview.faults.map(({ obstacles }) => obstacles.join());
    expect(member).toContain('node-9: there is none among node-1, node-2, node-3, redis, haproxy');
    expect(turn).toContain('TURN');
    expect(nodes).toContain('more than the drill');
  });

  const folder = new URL('../../../../chaos/', import.meta.url);
  it.each(readdirSync(folder).filter((name) => name.endsWith('.yaml')))(
    'finds everybody that %s is aimed at',
    async (name) => {
      const drill = parseDrill(readFileSync(new URL(name, folder), 'utf8'), {
        file: name,
        faults: FAULTS,
      });
      const { faults } = await previewDrill(drill, imaginedLab(drill.lab.nodes), FAULTS);
      expect(faults.every(({ candidates }) => candidates.length > 0)).toBe(true);
    },
  );
});

describe('a lab that is not there yet', () => {
  it('takes nothing', async () => {
    const lab = imaginedLab(2);
    const [member] = await lab.members();
    if (member === undefined) throw new Error('it has parts');
    await expect(lab.signal(member, 'SIGKILL')).rejects.toMatchObject({ code: 'no_member' });
    await expect(lab.start(member)).rejects.toMatchObject({ code: 'no_member' });
  });
});

describe('possibleFaults', () => {
  it('asks every fault about every part that it is for', async () => {
    const lab = imaginedLab(1);
    const found = await possibleFaults(lab, await lab.members(), FAULTS);
    expect(found.map(({ fault }) => fault)).toEqual([...FAULTS.keys()]);
    const kill = found.find(({ fault }) => fault === 'kill');
    expect(kill).toEqual({
      fault: 'kill',
      possible: ['node-1', 'redis', 'haproxy'],
      impossible: [],
    });
    for (const { impossible } of found)
      for (const { why } of impossible) expect(why).toMatch(/\w{2,} \w+/);
  });

  it.each([...FAULTS.values()])('has an example for what $name wants to know', (fault) => {
    expect(() => sampleParams(fault)).not.toThrow();
  });
});
