import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CapacityPoint, CapacityResult } from '@livekit-swarm/analysis/capacity';
import { formatNumber } from '@livekit-swarm/settings';
import { formatBits, formatBytes, formatMs, formatShare } from '../format.ts';
import { html, type Markup } from '../html/markup.ts';
import { renderPage } from '../page/html.ts';
import { flameGraphs } from '../profile/flame-graph.ts';
import { lineChart } from './line-chart.ts';
import { capacityPage } from './page.ts';

const SHEET = readFileSync(join(import.meta.dirname, 'capacity.css'), 'utf8');

/** A self-contained page: what is carried, quality and cost over load, nodes needed. */
export const renderCapacityHtml = (result: CapacityResult): string =>
  renderPage(capacityPage(result), {
    parts: [charts(result), flameGraphs(result.profiles)],
    sheet: SHEET,
    data: null,
  });

/** Charts of figures that have at least two points. */
const charts = (result: CapacityResult): Markup | null => {
  const shown = (
    [
      [
        'Server CPU, cores',
        (point) => point.measured.cpuCores,
        (value) => formatNumber(Number(value.toPrecision(3))),
      ],
      ['Server memory', (point) => point.measured.memoryBytes, formatBytes],
      ['Sent by the server', (point) => point.measured.bitsDown, formatBits],
      ['Latency p95', (point) => point.measured.latencyP95Ms, formatMs],
      ['Jitter p95', (point) => point.measured.jitterP95Ms, formatMs],
      ['Join time p95', (point) => point.measured.joinTimeP95Ms, formatMs],
      ['Loss', (point) => point.measured.loss, formatShare],
    ] satisfies [string, (point: CapacityPoint) => number | null, (value: number) => string][]
  ).flatMap(([title, read, format]) => {
    const points = result.points.flatMap((point) => {
      const y = read(point);
      return y === null ? [] : [{ x: point.load, y, isGood: point.state.endsWith('carried') }];
    });
    const mark = result.carried === 0 ? null : result.carried;
    return lineChart({ title, unit: result.unit, points, mark, format }) ?? [];
  });
  return shown.length === 0
    ? null
    : html`<section aria-labelledby="over-load"><div class="head"><h2 id="over-load">Over load</h2><p class="note">The dashed line is the load that is carried.</p></div><div class="halves">${shown}</div></section>`;
};
