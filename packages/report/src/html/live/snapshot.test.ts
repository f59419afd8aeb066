import { createSummary } from '@livekit-swarm/analysis';
import { LiveFold } from '@livekit-swarm/analysis/live';
import type { RecordLine } from '@livekit-swarm/record';
import { specOf } from '@livekit-swarm/testkit/load-spec';
import { altered, recordOf } from '@livekit-swarm/testkit/record-of';
import { withServer } from '@livekit-swarm/testkit/server-lines';
import { describe, expect, it } from 'vitest';
import { CHART_GROUPS, CHARTED } from '../charts/catalog.ts';
import { layoutKey, layoutOf } from '../charts/read-charts.ts';
import type { LiveFull, LiveTick } from './live-data.ts';
import { liveDocument } from './live-document.ts';
import { fullOf, tickOf } from './snapshot.ts';

const LOAD = specOf({ rooms: 2, participants: 2, durationMs: 10_000 });
const ONE = { number: 1, of: 1 };

const foldOf = (lines: readonly RecordLine[]): LiveFold => {
  const fold = new LiveFold(CHARTED, createSummary());
  for (const line of lines) fold.add(line);
  fold.evaluate();
  return fold;
};

const full = (fold: LiveFold): LiveFull => {
  const history = fold.history();
  return fullOf(fold, history, layoutOf(history), ONE);
};

const tick = (fold: LiveFold, second: number): LiveTick => {
  const history = fold.history();
  return tickOf(fold, history, layoutOf(history), second, []);
};

describe('the messages of a live page', () => {
  const fold = foldOf(recordOf(LOAD).filter(({ type }) => type !== 'end'));

  it('hold the whole run, and then the last point of each line', () => {
    const { page, status } = full(fold);
    const { series, from, points, status: now } = tick(fold, 7);
    expect(page.points).toBe(fold.history().steps);
    expect(page.points).toBeGreaterThan(7);
    expect({ from, points }).toEqual({ from: 7, points: page.points });
    for (const [index, chart] of page.charts.entries())
      for (const [line, { values }] of chart.series.entries())
        expect(series[index]?.[line]?.values).toEqual(values.slice(7));
    expect(now).toEqual(status);
  });

  it('show thresholds with what is measured now', () => {
    const { status } = tick(fold, 7);
    expect(status.thresholds).toContainEqual({
      state: 'passed',
      metric: 'packet_loss',
      expression: 'rate<0.01',
      measured: '0 %',
      limit: '< 1 %',
    });
    expect(status.thresholdCount).toBe(status.thresholds.length);
  });

  it('are empty before the header', () => {
    expect(full(new LiveFold(CHARTED, null))).toMatchObject({
      status: null,
      page: { points: 0 },
      facts: { scenario: '', startedAtMs: null },
    });
  });

  it('have a line for each node where there are several', () => {
    const lines = withServer(recordOf(LOAD), () => ({
      'node-1': { cpuCores: 0.5, memoryBytes: 60e6 },
      'node-2': { cpuCores: 1, memoryBytes: 60e6 },
    }));
    const several = foldOf(lines);
    const { page } = full(several);
    const cpu = page.charts.find(({ id }) => id === 'server-cpu');
    expect(cpu?.series.map(({ label }) => label)).toEqual(['all nodes', 'node-1', 'node-2']);
    const key = (one: LiveFold): string => layoutKey(layoutOf(one.history()));
    expect(key(several)).not.toBe(key(fold));
  });

  it('hold no password of the URL', () => {
    const secret = foldOf(
      altered(recordOf(LOAD), (line) =>
        line.type === 'deployment' ? { ...line, url: 'ws://user:hunter2@127.0.0.1:7880' } : line,
      ),
    );
    const text = JSON.stringify(full(secret));
    expect(text).toContain('127.0.0.1:7880');
    expect(text).not.toContain('hunter2');
  });
});

describe('the live page', () => {
  it('loads nothing from elsewhere, and connects to its own server only', () => {
    const page = liveDocument();
    expect(page).toContain("connect-src 'self'");
    expect(page).not.toMatch(/(src|href)="https?:/);
    expect(page).not.toMatch(/ style=/);
  });

  it('has a place for each chart, and the licence of the chart library', () => {
    const page = liveDocument();
    for (const { charts } of CHART_GROUPS)
      for (const { id } of charts) expect(page).toContain(`data-chart="${id}"`);
    expect(page).toContain('MIT License');
  });
});
