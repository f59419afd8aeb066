import { explain, isUsageError } from '@livekit-swarm/settings';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ForecastRules, forecastNodes, type NodeForecast } from './forecast-nodes.ts';
import { createLoadReader } from './load-curve.ts';
import type { NodeSpan } from './node-steps.ts';
import { readCurveCsv } from './read-curve-csv.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** A node carries 150 and has a target of 100. */
const RULES: ForecastRules = {
  ...{ carries: 150, headroom: 1.5, boot: 5 * MINUTE, every: 15_000 },
  ...{ coolDown: 10 * MINUTE, min: 1 },
};

const curveOf = (rows: string) => readCurveCsv(`time,participants\n${rows}`, 'day.csv');
const forecastOf = (rows: string, rules: Partial<ForecastRules> = {}) =>
  forecastNodes(curveOf(rows), { ...RULES, ...rules });

const clock = (at: number): string => {
  const minutes = at / MINUTE;
  return `${Math.floor(minutes / 60)}:${String(Math.round((minutes % 60) * 100) / 100).padStart(2, '0')}`;
};
const spans = (of: readonly NodeSpan[]): string[] =>
  of.map(({ fromAt, toAt, nodes }) => `${clock(fromAt)}-${clock(toAt)} ${nodes}`);
const changes = ({ changes: all }: NodeForecast): string[] =>
  all.map(({ at, nodes, running, neededAt }) =>
    [clock(at), nodes, running, neededAt === null ? '' : clock(neededAt)].join(' ').trim(),
  );

describe('a forecast', () => {
  it('orders each node as long before the load needs it as it boots', () => {
    const forecast = forecastOf('9:00,50\n10:00,350\n11:00,350\n12:00,50');
    // 100 is crossed after 50 of 300, in ten minutes; then 200 and 300, each in twenty.
    expect(spans(forecast.needed)).toEqual([
      ...['8:55-9:10 1', '9:10-9:30 2', '9:30-9:50 3', '9:50-11:10 4'],
      ...['11:10-11:30 3', '11:30-11:50 2', '11:50-12:10 1'],
    ]);
    expect(changes(forecast)).toEqual([
      ...['9:05 1 2 9:10', '9:25 1 3 9:30', '9:45 1 4 9:50'],
      ...['11:20 -1 3', '11:40 -1 2', '12:00 -1 1'],
    ]);
    expect(forecast.peak).toEqual({ at: 10 * HOUR, load: 350, nodes: 4 });
    // From 8:55 to 12:10, and the other nodes from their order to their removal.
    expect(forecast.scheduledMs / MINUTE).toBeCloseTo(195 + 175 + 135 + 95, 6);
    expect(forecast.fixedMs / MINUTE).toBeCloseTo(4 * 195, 6);
  });

  it('keeps nodes that are needed again before they could be ordered again', () => {
    const pause = (end: string) =>
      `8:00,0\n8:00,300\n10:00,300\n10:00,50\n${end},50\n${end},300\n12:00,300`;
    // Removed after ten minutes, ordered five before: a pause of fifteen is too short for it.
    expect(changes(forecastOf(pause('10:15')))).toEqual(['7:55 2 3 8:00']);
    expect(changes(forecastOf(pause('10:16')))).toEqual([
      ...['7:55 2 3 8:00', '10:10 -2 1', '10:11 2 3 10:16'],
    ]);
  });

  it('orders nodes for Monday at the end of a week that repeats', () => {
    const DAY = 24 * HOUR;
    const curve = curveOf('0:00,300\n8:00,300\n8:00,0\n24:00,0');
    const repeats = forecastNodes({ ...curve, repeats: true }, RULES);
    expect(changes(repeats)).toEqual(['8:10 -2 1', '23:55 2 3 24:00']);
    expect(repeats).toMatchObject({ fromAt: 0, toAt: DAY });
  });

  it('refuses a timetable that needs thousands of nodes', () => {
    let text = '';
    try {
      forecastOf('9:00,0\n10:00,1000000');
    } catch (error) {
      if (isUsageError(error)) text = explain(error);
    }
    expect(text).toMatch(/needs 10000 nodes, and a forecast has at most 1000/);
  });
});

describe('a reactive scaler', () => {
  it('is short after a jump until ordered nodes have booted', () => {
    const rows = (before: number) => `9:00,${before}\n10:00,${before}\n10:00,1000\n11:00,1000`;
    const { reactive, safeTarget } = forecastOf(rows(100));
    // It sees the jump 15 s later, and the nodes serve after five minutes: 1000 on one node, which
    // carries 150, where seven would do.
    expect(reactive.shortages).toEqual([
      { fromAt: 10 * HOUR, toAt: 10 * HOUR + 5.25 * MINUTE, load: 850, nodes: 6 },
    ]);
    // 100 at a target of 15 are seven nodes, enough for the jump, and then sixty: ten that always
    // run are fewer. From nothing, no target helps.
    expect(safeTarget).toBeNull();
    expect(forecastOf(rows(0)).safeTarget).toBeNull();
  });

  it('is short between two decisions, too, which come only once in an hour', () => {
    const rows = '8:00,0\n9:30,0\n9:30,300\n9:50,300\n9:50,0\n11:00,0';
    const rules = { carries: 100, headroom: 1, boot: 3 * MINUTE, every: HOUR };
    const { reactive } = forecastOf(rows, rules);
    // It decides at 7:57, 8:57 and 9:57, and sees no load: one node, where three are needed.
    expect(reactive).toMatchObject({
      shortages: [{ fromAt: 9.5 * HOUR, toAt: 9.5 * HOUR + 20 * MINUTE, load: 200, nodes: 2 }],
      ...{ shortMs: 20 * MINUTE, decisions: 0 },
    });
  });

  it('is short from the crossing of what its nodes carry, until a node has booted', () => {
    // A peak between two decisions: 100 is crossed after ten minutes, and again ten before the end.
    const peak = '9:00,0\n9:20,200\n9:40,0\n12:00,0';
    const rules = { carries: 100, headroom: 1, boot: 0, every: HOUR };
    expect(forecastOf(peak, rules).reactive.shortages).toEqual([
      { fromAt: 9 * HOUR + 10 * MINUTE, toAt: 9.5 * HOUR, load: 100, nodes: 1 },
    ]);
    // At 9:53 it sees the load of 8:53, and at 10:53 that of 9:53: a node that serves at 11:00.
    const late = '9:00,50\n9:45,50\n9:45,150\n12:00,150';
    expect(forecastOf(late, { ...rules, boot: 7 * MINUTE }).reactive.shortages).toEqual([
      { fromAt: 9.75 * HOUR, toAt: 11 * HOUR, load: 50, nodes: 1 },
    ]);
  });

  it('is never short where the headroom is more than the growth while a node boots', () => {
    // 5 in a minute: 26 while it sees the load and a node boots, of the 50 that a node has left.
    const slow = forecastOf('9:00,100\n12:00,1000\n13:00,1000');
    expect(slow.reactive.shortages).toEqual([]);
    expect(slow.safeTarget).toBe(100);
  });

  it('keeps up with a lower target where that leaves enough room', () => {
    // 10 in a minute while a node boots for ten; three nodes with 136 of 150 have room for 42.
    const rows = '9:00,400\n10:00,1000';
    const rules = { boot: 10 * MINUTE, headroom: 1.1 };
    const { reactive, safeTarget, safeMs, fixedMs } = forecastOf(rows, rules);
    expect(reactive.shortMs).toBeGreaterThan(0);
    expect(safeTarget).toBeGreaterThan(100);
    expect(safeTarget).toBeLessThan(136);
    expect(safeMs).toBeLessThan(fixedMs);
    const lower = forecastOf(rows, { ...rules, headroom: 150 / (safeTarget ?? 1) });
    expect(lower.reactive).toMatchObject({ shortages: [], nodeMs: safeMs });
  });
});

const loads = fc.array(
  fc.tuple(fc.integer({ min: 1, max: 90 }), fc.integer({ min: 0, max: 2_000 })),
  {
    minLength: 2,
    maxLength: 12,
  },
);

it('by the timetable, what runs carries the load at all times, and no node boots too late', () => {
  fc.assert(
    fc.property(loads, fc.integer({ min: 0, max: 40 }), fc.boolean(), (rows, boot, repeats) => {
      let at = 0;
      const points = rows.map(([minutes, load]) => {
        at += minutes * MINUTE;
        return { at, load };
      });
      const [first, second, ...others] = points;
      if (first === undefined || second === undefined) return;
      const forecast = forecastNodes(
        { unit: 'rooms', clock: 'day', points: [first, second, ...others], repeats },
        { ...RULES, boot: boot * MINUTE },
      );
      const loadAt = createLoadReader({ points: [first, second, ...others], repeats });
      const [start, end] = [first.at, points.at(-1)?.at ?? 0];
      for (let time = start; time < end; time += MINUTE) {
        const ordered = time - boot * MINUTE;
        const asked = repeats
          ? ((((ordered - start) % (end - start)) + end - start) % (end - start)) + start
          : ordered;
        const span = forecast.running.find(({ fromAt, toAt }) => fromAt <= asked && asked < toAt);
        expect(span?.nodes).toBeGreaterThanOrEqual(Math.ceil(loadAt(time) / 100 - 1e-6));
      }
      expect(forecast.scheduledMs).toBeLessThanOrEqual(forecast.fixedMs + 1e-6);
    }),
  );
});
