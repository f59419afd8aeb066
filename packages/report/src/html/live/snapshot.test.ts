import { createSummary } from '@livekit-swarm/analysis';
import { LiveFold } from '@livekit-swarm/analysis/live';
import type { RecordLine } from '@livekit-swarm/record';
import { specOf } from '@livekit-swarm/testkit/load-spec';
import { altered, recordOf } from '@livekit-swarm/testkit/record-of';
import { withServer } from '@livekit-swarm/testkit/server-lines';
import { describe, expect, it } from 'vitest';
import { layoutKey, layoutOf } from './live-charts.ts';
import { liveDocument } from './live-document.ts';
import { fullOf, tickOf } from './snapshot.ts';

const LOAD = specOf({ rooms: 2, participants: 2, durationMs: 10_000 });
const ONE = { number: 1, of: 1 };

const foldOf = (lines: readonly RecordLine[]): LiveFold => {
  const fold = new LiveFold(createSummary());
  for (const line of lines) fold.add(line);
  fold.evaluate();
  return fold;
};

describe('the messages of a live page', () => {
  const fold = foldOf(recordOf(LOAD).filter(({ type }) => type !== 'end'));
  const layout = layoutOf(fold.columns);

  it('hold the whole run, and then the last point of each line', () => {
    const full = fullOf(fold, layout, ONE);
    const tick = tickOf(fold, layout, []);
    expect(full.page.points).toBe(fold.columns.points);
    const last = full.page.charts.map(({ series }) => series.map(({ values }) => values.at(-1)));
    expect(tick.values).toEqual(last);
    expect(tick.point).toBe(full.page.points - 1);
    expect(full.status).toEqual(tick.status);
  });

  it('show thresholds with what is measured now', () => {
    const { status } = tickOf(fold, layout, []);
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
    const empty = new LiveFold(null);
    expect(fullOf(empty, layoutOf(empty.columns), ONE)).toMatchObject({
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
    const { page } = fullOf(several, layoutOf(several.columns), ONE);
    const cpu = page.charts.find(({ id }) => id === 'server-cpu');
    expect(cpu?.series.map(({ label }) => label)).toEqual(['node-1', 'node-2']);
    expect(layoutKey(layoutOf(several.columns))).not.toBe(layoutKey(layout));
  });

  it('hold no password of the URL', () => {
    const secret = foldOf(
      altered(recordOf(LOAD), (line) =>
        line.type === 'deployment' ? { ...line, url: 'ws://user:hunter2@127.0.0.1:7880' } : line,
      ),
    );
    const text = JSON.stringify(fullOf(secret, layoutOf(secret.columns), ONE));
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
    const { page: data } = fullOf(new LiveFold(null), layoutOf({ names: [] }), ONE);
    for (const { id } of data.charts) expect(page).toContain(`data-chart="${id}"`);
    expect(page).toContain('MIT License');
  });
});
