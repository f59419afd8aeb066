/** The page of a comparison in a real browser. */
import { mkdtempSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSummary, decideVerdict, resolveThresholds } from '@livekit-swarm/analysis';
import { compareRuns, type RecordedRun, type Side } from '@livekit-swarm/analysis/compare';
import type { RecordLine } from '@livekit-swarm/record';
import {
  type Chromium,
  findChromium,
  launchChromium,
  NO_CHROMIUM,
} from '@livekit-swarm/testkit/chromium';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { COMPARISON_REPORTERS } from '../src/comparison/index.ts';
import { wholeOf } from '../src/reporter.ts';
import { violationsOf } from './support/accessibility.ts';
import { bigRun } from './support/big-record.ts';
import { type Look, openReport } from './support/page.ts';

const executable = findChromium();
const dir = mkdtempSync(join(tmpdir(), 'swarm-comparison-html-'));
const file = join(dir, 'comparison.html');
let chromium: Chromium;

/** A run whose joins take `slower` times as long. */
const runOf = (name: string, slower: number): RecordedRun => {
  const lines = [...bigRun({ rooms: 6, people: 4, seconds: 60, shards: 1 })].map(
    (line): RecordLine => {
      if (line.type === 'header') return { ...line, run: name };
      if (line.type !== 'event' || line.phases === undefined) return line;
      return { ...line, phases: { ...line.phases, joined: line.phases.joined * slower } };
    },
  );
  const fold = createSummary();
  for (const line of lines) fold.add(line);
  const summary = fold.result();
  const decision = decideVerdict(summary, resolveThresholds(summary.scenario, []));
  return { name, summary, decision, readLines: () => lines };
};

const sideOf = (name: string, slower: number): Side => ({
  name,
  runs: [1, 2, 3].map((repeat) => runOf(`${name}-${repeat}`, slower * (1 + repeat / 100))),
});

beforeAll(async () => {
  if (executable === null) return;
  chromium = await launchChromium(executable);
  const sides = [sideOf('release', 1), sideOf('nightly', 8)] as const;
  const html = COMPARISON_REPORTERS.html.render({
    ...{ comparisons: [await compareRuns(...sides)], sides },
    ...{ notes: [], interrupted: false, problem: null },
  });
  await writeFile(file, await wholeOf(html));
});
beforeEach(({ skip }) => skip(executable === null, NO_CHROMIUM));
afterAll(async () => {
  await chromium?.[Symbol.asyncDispose]();
  await rm(dir, { recursive: true, force: true });
});

const LOOKS: [string, Look][] = [
  ['on a laptop', {}],
  ['on a phone in the dark', { width: 390, scheme: 'dark' }],
];

describe.each(LOOKS)('the page of a comparison %s', (_, look) => {
  test('shows both sides on the same axes', async () => {
    await using opened = await openReport(chromium.browser, file, look);
    const { page, complaints, requests } = opened;
    expect([complaints, requests]).toEqual([[], []]);
    const charts = (await page.evaluate(
      "plots.map((u) => [u.root.closest('figure').querySelector('h4').textContent, u.data.length])",
    )) as [string, number][];
    expect(charts.length).toBeGreaterThan(8);
    // The time, and of each side its median with the edges of its band.
    expect(new Set(charts.map(([, lines]) => lines))).toEqual(new Set([7]));
    const joins = (await page.evaluate(
      `(() => {
        const [u] = plots.filter((u) => u.root.closest('figure').innerText.startsWith('Join time'));
        const most = (values) => Math.max(...values.filter((value) => value !== null));
        return [u.data[0].length, most(u.data[1]), most(u.data[2])];
      })()`,
    )) as [number, number, number];
    expect(joins[0]).toBe(60);
    // Percentiles are those of sketches, each up to 2 % off.
    expect(Math.abs(joins[2] / joins[1] - 8)).toBeLessThan(0.4);
    const legends = await page.$$eval('.legend', (all) => all.map((one) => one.textContent));
    for (const legend of legends) expect(legend).toMatch(/release .*nightly /);
    expect(
      await page.evaluate('document.documentElement.scrollWidth - innerWidth'),
    ).toBeLessThanOrEqual(0);
  });

  test('shows how certain each difference is, and the thresholds of each side', async () => {
    await using opened = await openReport(chromium.browser, file, look);
    const { page } = opened;
    const row = await page.$eval('.differences tr.worse', ({ textContent }) => textContent);
    expect(row).toMatch(/^join_time\.p95/);
    const dot = await page.$eval('.differences tr.worse circle', (circle) =>
      Number.parseFloat(circle.getAttribute('cx') ?? ''),
    );
    expect(dot).toBeGreaterThan(90);
    const thresholds = await page.$eval('.thresholds-of-sides', ({ textContent }) => textContent);
    expect(thresholds).toMatch(/release.*nightly.*✓/s);
    expect(await violationsOf(page)).toEqual([]);
    // A phone needs no scrolling sideways to read a row.
    const cut = await page.$$eval('.scroll', (all) =>
      all.map(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth),
    );
    if (look.width !== undefined) expect(Math.max(...cut)).toBeLessThanOrEqual(0);
  });
});
