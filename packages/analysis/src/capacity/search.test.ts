import fc from 'fast-check';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { describe, expect, test } from 'vitest';
import { nextStep, type SearchOptions, type SearchResult, type SearchRun } from './search.ts';
import type { RunEvidence } from './sequential-test.ts';

const OPTIONS: SearchOptions = { start: 1, max: 100_000, growth: 2, resolution: 0.05 };
const WINDOWS = 4;

const evidence = (crossed: number, windows = WINDOWS): RunEvidence => ({
  windows,
  crossed,
  failedAsAWhole: false,
  certain: false,
});

/** Server that crosses a limit above its knee in every window. */
const exactServer = (knee: number) => (load: number) => evidence(load > knee ? WINDOWS : 0);

/** Server whose utilisation in a window varies around the load as a share of the knee. */
const noisyServer = (knee: number, noise: number, seed: number) => {
  const random = xoroshiro128plus(seed);
  const normal = (): number =>
    Math.sqrt(-2 * Math.log(1 - uniformFloat64(random))) *
    Math.cos(2 * Math.PI * uniformFloat64(random));
  return (load: number): RunEvidence => {
    const ofRun = noise * 0.5 * normal();
    const crossed = Array.from({ length: WINDOWS }, () => load / knee + ofRun + noise * normal());
    return evidence(crossed.filter((used) => used > 1.0).length);
  };
};

const search = (
  run: (load: number) => RunEvidence | null,
  options: Partial<SearchOptions> = {},
): { found: SearchResult; runs: SearchRun[] } => {
  const runs: SearchRun[] = [];
  for (;;) {
    const step = nextStep(runs, { ...OPTIONS, ...options });
    if (step.type === 'found') return { found: step, runs };
    runs.push({ load: step.load, evidence: run(step.load) });
  }
};

describe('a search', () => {
  test('finds the knee of a server without noise, within its resolution', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50_000 }), (knee) => {
        const { found, runs } = search(exactServer(knee));
        expect(found).toMatchObject({ end: 'knee', decided: true });
        expect(found.carried).toBeLessThanOrEqual(knee);
        expect(found.exceeded).toBeGreaterThan(knee);
        expect((found.exceeded ?? 0) - found.carried).toBeLessThanOrEqual(
          Math.max(1, 0.05 * found.carried),
        );
        expect(runs.length).toBeLessThan(30);
      }),
    );
  });

  test('finds the knee of a noisy server within a tenth in nearly all cases', () => {
    const trials = Array.from({ length: 300 }, (_, seed) => {
      const knee = 20 + ((seed * 37) % 900);
      const { found } = search(noisyServer(knee, 0.03, seed + 1));
      return Math.abs(found.carried - knee) / knee;
    });
    expect(trials.filter((error) => error > 0.1).length).toBeLessThanOrEqual(6);
  });

  test('ends, whatever the evidence of its runs', () => {
    fc.assert(
      fc.property(fc.infiniteStream(fc.option(fc.nat(WINDOWS), { freq: 4 })), (answers) => {
        const next = answers[Symbol.iterator]();
        const { found, runs } = search(() => {
          const crossed = next.next().value ?? null;
          return crossed === null ? null : evidence(crossed);
        });
        expect(runs.length).toBeLessThanOrEqual(120);
        expect(found.carried).toBeGreaterThanOrEqual(0);
        if (found.exceeded !== null) expect(found.exceeded).toBeGreaterThan(found.carried);
      }),
    );
  });

  test('is a function of its runs, whatever their order', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ load: fc.integer({ min: 1, max: 64 }), crossed: fc.nat(WINDOWS) })),
        fc.nat(),
        (loads, seed) => {
          const runs = loads.map(({ load, crossed }) => ({ load, evidence: evidence(crossed) }));
          const other = [...runs].sort(
            (a, b) => ((a.load * 7919 + seed) % 13) - ((b.load * 7919 + seed) % 13),
          );
          expect(nextStep(other, OPTIONS)).toEqual(nextStep(runs, OPTIONS));
        },
      ),
    );
  });

  test('corrects the result of a load that was carried once at random', () => {
    let lucky = true;
    const { found } = search((load) => {
      if (load === 16 && lucky) {
        lucky = false;
        return evidence(0);
      }
      return exactServer(12)(load);
    });
    expect(found).toMatchObject({ end: 'knee', carried: 12, exceeded: 13 });
  });

  test('corrects the result of a load that was exceeded once at random', () => {
    let unlucky = true;
    const { found } = search((load) => {
      if (load === 4 && unlucky) {
        unlucky = false;
        return evidence(WINDOWS);
      }
      return exactServer(40)(load);
    });
    expect(found.end).toBe('knee');
    expect(found.carried).toBeGreaterThanOrEqual(38);
    expect(found.carried).toBeLessThanOrEqual(40);
  });

  test('decides both sides of the limit with more than one run', () => {
    const { found, runs } = search(exactServer(37));
    const at = (load: number | null): number => runs.filter((run) => run.load === load).length;
    expect(at(found.carried)).toBeGreaterThan(1);
    expect(at(found.exceeded)).toBeGreaterThan(1);
  });

  test('ends at the largest load that was requested', () => {
    const { found } = search(exactServer(1_000), { max: 50 });
    expect(found).toEqual({
      type: 'found',
      end: 'max',
      carried: 50,
      decided: true,
      exceeded: null,
    });
  });

  test('ends at zero for a server that carries nothing', () => {
    expect(search(exactServer(0)).found).toMatchObject({ end: 'knee', carried: 0, exceeded: 1 });
  });

  test('continues with smaller loads if the first load is exceeded', () => {
    expect(search(exactServer(5), { start: 64 }).found).toMatchObject({ carried: 5, exceeded: 6 });
  });

  test('ends with a lower bound if the load generator is impaired', () => {
    const { found, runs } = search((load) => (load > 20 ? null : evidence(0)));
    expect(found).toMatchObject({ end: 'generator', carried: 16, decided: true, exceeded: null });
    expect(runs.filter(({ load }) => load === 32)).toHaveLength(3);
  });

  test('repeats a run during which the load generator was impaired', () => {
    let impaired = true;
    const { found } = search((load) => {
      if (load === 8 && impaired) {
        impaired = false;
        return null;
      }
      return exactServer(11)(load);
    });
    expect(found).toMatchObject({ end: 'knee', carried: 11 });
  });

  test('accepts the end of the server as proof without a further run', () => {
    const { runs } = search((load) =>
      load > 6 ? { ...evidence(0, 0), certain: true } : evidence(0),
    );
    expect(runs.filter(({ load }) => load === 7)).toHaveLength(1);
  });
});
