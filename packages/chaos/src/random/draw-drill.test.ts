import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CHOICES, randomSettings } from '../../test/support/random-drills.ts';
import type { Drill } from '../drill/drill.ts';
import { parseDrill } from '../drill/parse-drill.ts';
import { FAULTS } from '../faults/index.ts';
import { dryRunLab } from '../targets/dry-run-lab.ts';
import { drawDrill } from './draw-drill.ts';
import { faultChoices } from './fault-choices.ts';
import { type RandomSettings, randomDrillText } from './random-drill.ts';

const draw = (number: number, settings: RandomSettings = randomSettings()) =>
  drawDrill(number, settings, CHOICES, FAULTS);

const read = (number: number, settings?: RandomSettings): Drill =>
  parseDrill(randomDrillText(draw(number, settings)), { file: 'random.yaml', faults: FAULTS });

/** Components that are affected at a moment, by the schedule. */
const affectedAt = ({ faults }: Drill, ms: number): Set<string> =>
  new Set(
    faults
      .filter(({ atMs, durationMs }) => atMs <= ms && ms < atMs + (durationMs ?? 0))
      .map(({ target }) => JSON.stringify(target)),
  );

describe('a random drill', () => {
  it('is the same for the same seed and number, and another for others', () => {
    expect(draw(3)).toEqual(draw(3));
    expect(draw(3).faults).not.toEqual(draw(4).faults);
    expect(draw(3).faults).not.toEqual(draw(3, randomSettings({ seed: 8 })).faults);
  });

  it('has these faults: a seed keeps its meaning', () => {
    const [one, two, three] = ['node-1', 'node-2', 'node-3'].map((component) => ({ component }));
    expect(
      draw(2).faults.map(({ fault, target, atS, forS }) => [fault, target, atS, forS]),
    ).toEqual([
      ['packet-loss', two, 0, 6],
      ['hang', two, 3, 4],
      ['kill', three, 6, 5],
      ['restart', one, 11, null],
      ['restart', three, 15, null],
      ['kill', two, 19, 8],
      ['restart', three, 21, null],
      ['hang', three, 27, 11],
    ]);
  });

  it('is a drill file, affects as many components as it may, and is quiet at the end', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2 ** 32 - 1 }),
        fc.integer({ min: 1, max: 1_000 }),
        fc.integer({ min: 1, max: 3 }),
        (seed, number, atOnce) => {
          const drill = read(number, randomSettings({ seed, atOnce }));
          expect(drill.faults.length).toBeGreaterThan(0);
          expect(drill.faults[0]?.atMs).toBe(0);
          expect(drill.recoveryMs).toBe(40_000);
          expect(drill.objectives.invariantViolations).toBe(0);
          // At least one of three nodes stays.
          const most = Math.min(atOnce, 3);
          for (let ms = 500; ms < 65_000; ms += 1_000) {
            const affected = affectedAt(drill, ms);
            expect(affected.size).toBeLessThanOrEqual(most);
            expect([...affected].filter((name) => name.includes('node')).length).toBeLessThan(3);
          }
        },
      ),
      { numRuns: 8 },
    );
  });

  it('has more faults with more intensity', () => {
    const count = (intensity: number): number =>
      Array.from({ length: 20 }, (_, index) =>
        draw(index + 1, randomSettings({ intensity })),
      ).flatMap(({ faults }) => faults).length;
    expect(count(2)).toBe(20);
    expect(count(12)).toBeGreaterThan(60);
  });

  it('may have the load of a scenario, and ends early outside a lab', () => {
    const scenario = { file: '../scenarios/dj-radio.yaml', scale: 'small', steadyAtMs: 20_000 };
    const { load } = randomSettings();
    const text = randomDrillText(
      draw(1, randomSettings({ load: { ...load, scenario }, hasAbort: true })),
    );
    expect(text).toContain('file: ../scenarios/dj-radio.yaml');
    expect(text).toContain('at: 20000ms');
    expect(text).not.toContain('rooms: 3');
    expect(text).toContain('abort:');
  });
});

describe('the choices of a deployment', () => {
  const lab = dryRunLab(3);

  it('are the faults of the registry that its components can have', async () => {
    const choices = await faultChoices({ platform: lab, isLab: true }, FAULTS);
    const named = new Map(choices.map((choice) => [choice.fault, choice]));
    expect(named.get('kill')?.targets).toContainEqual({ component: 'haproxy' });
    expect(named.get('redis-kill')?.targets).toEqual([{ component: 'redis' }]);
    expect(named.get('restart')).toMatchObject({ needsDuration: false });
    expect(named.has('clock-skew')).toBe(false);
  });

  it('are a fault that was added to the registry, with its parameters', async () => {
    const [, kill] = [...FAULTS].find(([name]) => name === 'kill') ?? [];
    if (kill === undefined) throw new Error('no kill');
    const added = { ...kill, name: 'earthquake' };
    const [choice] = await faultChoices(
      { platform: lab, isLab: true },
      new Map([['earthquake', added]]),
    );
    expect(choice).toMatchObject({ fault: 'earthquake', params: [{}] });
  });

  it('are roles where replacements get other names, and no loss outside a lab', async () => {
    const notThere = async (): Promise<never> => {
      throw new Error('not there');
    };
    const hosts = {
      missingCapability: async () => 'not here',
      drain: notThere,
      isReserved: notThere,
      undrain: notThere,
    };
    const flush = FAULTS.get('redis-flush');
    const kill = FAULTS.get('kill');
    if (flush === undefined || kill === undefined) throw new Error('no faults');
    const faults = new Map([
      ['kill', kill],
      ['redis-flush', { ...flush, unavailable: async () => null }],
    ]);
    const choices = await faultChoices({ platform: { ...lab, hosts }, isLab: false }, faults);
    expect(choices).toEqual([
      {
        fault: 'kill',
        targets: ['room-node', 'other-node', 'redis', 'load-balancer'],
        params: [{}],
        needsDuration: true,
      },
    ]);
  });
});
