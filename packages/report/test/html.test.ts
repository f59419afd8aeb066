import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Chromium,
  findChromium,
  launchChromium,
  NO_CHROMIUM,
} from '@livekit-swarm/testkit/chromium';
import type { Page } from 'puppeteer-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { tabStops, violationsOf } from './support/accessibility.ts';
import { bigRun, writeRecord } from './support/big-record.ts';
import { type Look, openReport, renderRecord } from './support/page.ts';

const executable = findChromium();
const dir = mkdtempSync(join(tmpdir(), 'swarm-html-'));
let chromium: Chromium;
/** An eventful run of two minutes, and the page of it. */
const record = join(dir, 'record.ndjson');
let report: string;

beforeAll(async () => {
  if (executable === null) return;
  chromium = await launchChromium(executable);
  await writeRecord(bigRun({ rooms: 12, people: 4, seconds: 120, shards: 2 }), record);
  report = await renderRecord(record, dir, ['packet_loss: rate<0.001', 'media_latency: p(95)<100']);
});
beforeEach(({ skip }) => skip(executable === null, NO_CHROMIUM));
afterAll(async () => {
  await chromium?.[Symbol.asyncDispose]();
  await rm(dir, { recursive: true, force: true });
});

const open = (look?: Look, file = report) => openReport(chromium.browser, file, look);

/** Evaluates an expression in the page. */
const ask = <Answer>(page: Page, expression: string): Promise<Answer> =>
  page.evaluate(expression) as Promise<Answer>;
const textOf = (page: Page, selector: string): Promise<string> =>
  ask(page, `document.querySelector('${selector}').innerText`);

const LOOKS: [string, Look][] = [
  ['on a laptop', {}],
  ['in the dark', { scheme: 'dark' }],
  ['on a phone', { width: 390 }],
  ['on a phone in the dark', { width: 390, scheme: 'dark' }],
];

describe.each(LOOKS)('a report %s', (_, look) => {
  test('needs nothing but itself', async () => {
    await using opened = await open(look);
    expect(opened.complaints).toEqual([]);
    expect(opened.requests).toEqual([]);
    expect(await textOf(opened.page, 'h1')).toBe('Failed');
  });

  test('is as accessible as WCAG 2.2 AA asks for', async () => {
    await using opened = await open(look);
    const { page } = opened;
    await ask(
      page,
      "for (const details of document.querySelectorAll('details')) details.open = true",
    );
    expect(await violationsOf(page)).toEqual([]);
  });

  test('does not have to be pushed sideways', async () => {
    await using opened = await open(look);
    expect(
      await ask(opened.page, 'document.documentElement.scrollWidth - innerWidth'),
    ).toBeLessThanOrEqual(0);
  });
});

/** Share of a canvas that anything was painted on. */
const PAINTED = `[...document.querySelectorAll('.plot canvas')].map((canvas) => {
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  let painted = 0;
  for (let at = 3; at < data.length; at += 4) if (data[at] > 0) painted++;
  return painted / (data.length / 4);
})`;
const COLORS = `[...document.querySelectorAll('.plot canvas')].map((canvas) => {
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  return data.reduce((sum, value, at) => (at % 4 === 3 ? sum : sum + value), 0);
})`;

describe('the charts', () => {
  test('are drawn', async () => {
    await using opened = await open();
    const painted = await ask<number[]>(opened.page, PAINTED);
    expect(painted.length).toBeGreaterThan(15);
    expect(Math.min(...painted)).toBeGreaterThan(0.005);
    expect(await ask(opened.page, "document.querySelectorAll('.plot[data-chart]').length")).toBe(
      painted.length,
    );
  });

  test('keep the chosen theme', async () => {
    await using opened = await open();
    const { page } = opened;
    const before = await ask<number[]>(page, COLORS);
    const paper = await ask<string>(page, 'getComputedStyle(document.body).backgroundColor');
    await page.click('#theme');
    await page.waitForFunction(`getComputedStyle(document.body).backgroundColor !== '${paper}'`);
    await ask(
      page,
      'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))',
    );
    const after = await ask<number[]>(page, COLORS);
    expect(after.every((sum, index) => sum !== before[index])).toBe(true);
    await page.click('#theme');
    expect(await ask(page, 'getComputedStyle(document.body).backgroundColor')).toBe(paper);
  });

  test('say what is under a finger', async () => {
    await using opened = await open({ width: 390, touch: true });
    const { page } = opened;
    const over = await page.$('#chart-bits-down .u-over');
    await over?.scrollIntoView();
    const box = await over?.boundingBox();
    if (!box) throw new Error('there is no chart to touch');
    await page.touchscreen.tap(box.x + box.width / 2, box.y + box.height / 2);
    expect(await textOf(page, '#chart-bits-down .legend')).toMatch(
      /audio\s+[\d.]+ kbit\/s|audio\s+[\d.]+ Mbit\/s/,
    );
    // All others follow.
    expect(await textOf(page, '#chart-jitter-down .legend')).toMatch(/[\d.]+ ms/);
  });

  test('show a stretch of time, all of them the same', async () => {
    await using opened = await open();
    const { page } = opened;
    const over = await page.$('#chart-loss-down .u-over');
    await over?.scrollIntoView();
    const box = await over?.boundingBox();
    if (!box) throw new Error('there is no chart to drag on');
    const y = box.y + box.height / 2;
    await page.mouse.move(box.x + box.width * 0.4, y);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.6, y, { steps: 5 });
    await page.mouse.up();
    const scales = await ask<string[]>(
      page,
      'plots.map((u) => u.scales.x.min.toFixed(1) + " " + u.scales.x.max.toFixed(1))',
    );
    expect(new Set(scales).size).toBe(1);
    const [min = 0, max = 0] = (scales[0] ?? '').split(' ').map(Number);
    expect(min).toBeCloseTo(0.4 * 119, -1);
    expect(max).toBeCloseTo(0.6 * 119, -1);
    await page.click('#reset-zoom');
    expect(await ask(page, 'plots[0].scales.x.max')).toBe(119);
    expect(await ask(page, "document.querySelector('#reset-zoom').hidden")).toBe(true);
  });
});

const BITS_DOWN_SHOWN =
  "plots.find((u) => u.root.parentElement.dataset.chart === 'bits-down').series[1].show";

describe('by keyboard', () => {
  test('everything is reached, in order, and seen to be', async () => {
    await using opened = await open();
    const { page } = opened;
    const stops = await tabStops(page, 400);
    expect(stops.filter(({ seen }) => !seen)).toEqual([]);
    const order = stops.map(({ what }) => what);
    const wanted = ['#verdict', '#thresholds', '#time', 'theme', 'connected', 'loss-down', 'find'];
    expect(wanted.map((what) => order.indexOf(what))).toEqual(
      wanted.map((what) => order.indexOf(what)).toSorted((a, b) => a - b),
    );
    expect(order).toEqual(expect.arrayContaining(wanted));
    // As many as there are charts.
    const charts = await ask<string[]>(
      page,
      "[...document.querySelectorAll('.plot')].map(({ dataset }) => dataset.chart)",
    );
    expect(order).toEqual(expect.arrayContaining(charts));
  });

  test('a chart is walked through, zoomed and read out', async () => {
    await using opened = await open();
    const { page } = opened;
    await page.focus('[data-chart="loss-down"]');
    await page.keyboard.press('Home');
    for (let step = 0; step < 5; step++) await page.keyboard.press('ArrowRight');
    expect(await textOf(page, '#reading')).toMatch(/^0:05: audio 0 %, .*video/);
    await page.keyboard.down('Shift');
    for (let step = 0; step < 5; step++) await page.keyboard.press('ArrowRight');
    await page.keyboard.up('Shift');
    expect(await textOf(page, '#reading')).toMatch(
      /^0:55: audio [1-9]|^0:55: audio 0\.[0-9]*[1-9]/,
    );
    await page.keyboard.press('+');
    const [min, max] = await ask<number[]>(page, '[plots[0].scales.x.min, plots[0].scales.x.max]');
    expect((max ?? 0) - (min ?? 0)).toBeCloseTo(119 / 2, 0);
    expect(min).toBeLessThan(55);
    expect(max).toBeGreaterThan(55);
    await page.keyboard.press('0');
    expect(await ask(page, 'plots[0].scales.x.max')).toBe(119);
    await page.keyboard.press('Escape');
    expect(await textOf(page, '#reading')).toBe('');
  });

  test('a chart is a table, too', async () => {
    await using opened = await open();
    const { page } = opened;
    await page.focus('#chart-latency summary');
    await page.keyboard.press('Enter');
    await page.waitForSelector('#chart-latency table');
    const [heads, rows] = await ask<[string[], string[][]]>(
      page,
      `(() => {
        const cells = (row) => [...row.cells].map(({ textContent }) => textContent);
        const { tHead, tBodies } = document.querySelector('#chart-latency table');
        return [cells(tHead.rows[0]), [...tBodies[0].rows].map(cells)];
      })()`,
    );
    expect(heads).toEqual([
      'time',
      'audio p50',
      'audio p95',
      'audio p99',
      'video p50',
      'video p95',
      'video p99',
    ]);
    expect(rows).toHaveLength(120);
    expect(rows[60]?.[0]).toBe('1:00');
    expect(rows[60]?.[2]).toMatch(/^\d+(\.\d+)? ms$/);
  });

  test('a line is taken away and brought back', async () => {
    await using opened = await open();
    const { page } = opened;
    await page.focus('#chart-bits-down .legend button');
    await page.keyboard.press('Space');
    expect(await ask(page, "document.activeElement.getAttribute('aria-pressed')")).toBe('false');
    expect(await ask(page, BITS_DOWN_SHOWN)).toBe(false);
    await page.keyboard.press('Space');
    expect(await ask(page, BITS_DOWN_SHOWN)).toBe(true);
  });
});

describe('the participants', () => {
  const SHOWN =
    "[...document.querySelectorAll('#participant-table tbody tr')].filter(({ hidden }) => !hidden).map((row) => row.cells[0].innerText)";

  test('are found, shown when asked for, and sorted', async () => {
    await using opened = await open();
    const { page } = opened;
    expect(await ask<string[]>(page, SHOWN)).toHaveLength(15);
    await page.type('#find', 'k3x9-7 P2');
    expect(await ask<string[]>(page, SHOWN)).toEqual(['k3x9-7-p2']);
    expect(await textOf(page, '.find output')).toBe('1 found');
    await page.type('#find', ' no-match');
    expect(await ask<string[]>(page, SHOWN)).toEqual([]);
    await ask(
      page,
      "{ const find = document.querySelector('#find'); find.value = ''; find.dispatchEvent(new Event('input')); }",
    );
    // By the keyboard: on a slow host, charts above are drawn between the measurement of a place and the click there.
    const press = async (button: string): Promise<void> => {
      await page.focus(button);
      await page.keyboard.press('Enter');
    };
    await press('.card:has(#participant-table) button.more');
    expect(await ask<string[]>(page, SHOWN)).toHaveLength(48);
    await press('#participant-table thead th:first-child button');
    const names = await ask<string[]>(page, SHOWN);
    expect(names.slice(0, 5)).toEqual([
      'k3x9-1-p1',
      'k3x9-1-p2',
      'k3x9-1-p3',
      'k3x9-1-p4',
      'k3x9-2-p1',
    ]);
    await press('#participant-table thead th:nth-child(10) button');
    const losses = await ask<number[]>(
      page,
      "[...document.querySelectorAll('#participant-table tbody tr')].map((row) => Number(row.cells[9].dataset.v))",
    );
    expect(losses).toEqual(losses.toSorted((a, b) => b - a));
  });

  test('are opened by name, with their room and their publishers, and closed again', async () => {
    await using opened = await open();
    const { page, complaints } = opened;
    /** The page shows what an address names in a task of its own, and focuses it then. */
    const follow = async (selector: string): Promise<void> => {
      await page.focus(selector);
      await page.keyboard.press('Enter');
      await expect.poll(() => ask(page, 'document.activeElement.id')).toBe('one');
    };
    expect(await ask(page, "document.querySelector('#one').hidden")).toBe(true);
    const first = await textOf(page, '#participant-table tbody tr th a');
    await follow('#participant-table tbody tr th a');
    expect(await ask(page, 'location.hash')).toBe(`#participant=${first}`);
    const text = await textOf(page, '#one');
    expect(text).toContain(`Participant ${first}`);
    expect(text).toMatch(/node\s+ND_a/);
    expect(text).toMatch(/join\s+[\d.]+ ms: signal [\d.]+ ms, ICE [\d.]+ ms/);
    expect(text).toMatch(/Tracks[\s\S]*↓ video[\s\S]*Events[\s\S]*joined/);
    expect(text).toContain(`--participant ${first}`);
    expect(await violationsOf(page)).toEqual([]);
    // The room of the participant has all its participants; one of the others is opened.
    await follow("#one a[href^='#room=']");
    expect(await textOf(page, '#one h3')).toMatch(/^Room swarm-k3x9-\d+$/);
    const members = await ask<string[]>(
      page,
      "[...document.querySelectorAll('#one tbody a')].map(({ textContent }) => textContent)",
    );
    expect(members).toHaveLength(4);
    expect(members).toContain(first);
    await follow('#one tbody tr:last-child a');
    expect(await textOf(page, '#one h3')).toBe(`Participant ${members[3]}`);
    await page.goBack();
    await expect.poll(() => textOf(page, '#one h3')).toMatch(/^Room /);
    await page.focus('#one .back a');
    await page.keyboard.press('Enter');
    await expect.poll(() => ask(page, "document.querySelector('#one').hidden")).toBe(true);
    expect(complaints).toEqual([]);
  });

  test('have an address of their own, also those that are not listed', async () => {
    await using opened = await open();
    const { page } = opened;
    await page.goto(`${page.url()}#participant=k3x9-7-p2`);
    await page.reload({ waitUntil: 'load' });
    await page.waitForSelector('html[data-ready]');
    expect(await textOf(page, '#one h3')).toBe('Participant k3x9-7-p2');
    await ask(page, "location.hash = '#participant=unknown'");
    await page.waitForFunction("document.querySelector('#one').innerText.includes('not among')");
  });

  test('that are most affected have a timeline', async () => {
    await using opened = await open();
    const { page } = opened;
    await page.click('.participant-timeline summary');
    expect(await textOf(page, '.participant-timeline ol')).toMatch(
      /joined[\s\S]*connection lost[\s\S]*nothing came for 4 s[\s\S]*resumed/,
    );
  });
});

describe('a report', () => {
  test('of participants with hostile names shows their names', async () => {
    const names = [
      '</script><script>hacked = 1</script>',
      '<img src=x onerror="hacked = 1">',
      '"><svg onload="hacked=1">',
      '<!--<script>',
      '\u202ereversed\u202c',
      `${'long'.repeat(120)}`,
      'nul\u0000bell\u0007',
      '\ud800 alone',
    ];
    const hostile = join(dir, 'hostile.ndjson');
    const lines = bigRun({
      rooms: names.length,
      people: 3,
      seconds: 30,
      shards: 1,
      identity: (room, person) => `k3x9-${names[room] ?? ''}-${person}`,
      roomName: (room) => names[room] ?? '',
    });
    await writeRecord(
      (function* () {
        for (const line of lines) {
          if (line.type !== 'header') yield line;
          else {
            const [group] = line.scenario.groups;
            if (group === undefined) throw new Error('a scenario has a group');
            const name = '</title></style><script>hacked = 1</script>';
            const windows = line.plan.windows.map((window) => ({
              ...window,
              name: '</script>"\'<b>',
              source: 'stage' as const,
            }));
            yield {
              ...line,
              scenario: { ...line.scenario, name, description: name, tags: { [name]: name } },
              plan: { ...line.plan, windows },
            };
          }
          if (line.type === 'deployment')
            yield {
              type: 'event',
              at: 3_000,
              event: 'warning',
              message: '</script><script>hacked = 1</script>',
            };
        }
      })(),
      hostile,
    );
    await using opened = await open(
      { width: 390 },
      await renderRecord(hostile, mkdtempSync(join(dir, 'hostile-'))),
    );
    const { page } = opened;
    expect(opened.complaints).toEqual([]);
    expect(await ask(page, 'typeof hacked')).toBe('undefined');
    expect(await textOf(page, '.masthead b')).toBe('</title></style><script>hacked = 1</script>');
    expect(await page.title()).toContain('</title></style><script>hacked = 1</script>');
    const cells = await ask<string[]>(
      page,
      "[...document.querySelectorAll('#participant-table tbody bdi')].map(({ textContent }) => textContent)",
    );
    for (const name of names.slice(0, 5)) expect(cells).toContain(name);
    expect(cells.some((cell) => /^(long){74}lon…$/.test(cell))).toBe(true);
    expect(cells).toContain('nul\ufffdbell\ufffd');
    expect(await textOf(page, '.events')).toContain('</script><script>hacked = 1</script>');
    expect(
      await ask(page, 'document.documentElement.scrollWidth - innerWidth'),
    ).toBeLessThanOrEqual(0);
  });

  test('of a run that was cut in the middle of a line is there all the same', async () => {
    const cut = join(dir, 'cut.ndjson');
    const whole = readFileSync(record);
    writeFileSync(cut, whole.subarray(0, Math.floor(whole.length * 0.6)));
    await using opened = await open({}, await renderRecord(cut, mkdtempSync(join(dir, 'cut-'))));
    expect(opened.complaints).toEqual([]);
    expect(await textOf(opened.page, '#figures')).toMatch(
      /The last line of the record \(\d+\) is truncated; it was ignored\./,
    );
    expect(Math.min(...(await ask<number[]>(opened.page, PAINTED)))).toBeGreaterThan(0.005);
  });

  test.each([
    ['its header', 1],
    ['a second', 60],
  ])('of a record that is truncated after %s shows that', async (_, lines) => {
    const cut = join(dir, `cut-${lines}.ndjson`);
    writeFileSync(cut, `${readFileSync(record, 'utf8').split('\n').slice(0, lines).join('\n')}\n`);
    await using opened = await open({}, await renderRecord(cut, mkdtempSync(join(dir, 'cut-'))));
    expect(opened.complaints).toEqual([]);
    expect(await textOf(opened.page, 'h1')).toBe('Inconclusive');
    expect(await textOf(opened.page, '#verdict')).toMatch(
      /The record is truncated: the end of the run is missing\./,
    );
  });

  test('shows the main facts without scripts', async () => {
    await using opened = await open({ scripts: false });
    const { page } = opened;
    const html = await page.content();
    expect(html).toMatch(/<h1[^>]*>Failed/);
    expect(await page.$$eval('.lane svg[role=img]', (lanes) => lanes.length)).toBeGreaterThan(6);
    expect(await page.$$eval('#thresholds tbody tr', (rows) => rows.length)).toBeGreaterThan(8);
    expect(await page.$eval('noscript', (element) => element.textContent)).toMatch(
      /The charts need JavaScript/,
    );
  });

  test('is light on paper, and not endless', async () => {
    await using opened = await open({ scheme: 'dark' });
    const { page } = opened;
    const pdf = Buffer.from(await page.pdf({ format: 'A4', printBackground: true })).toString(
      'latin1',
    );
    const pages = pdf.match(/\/Type\s*\/Page\b(?!s)/g)?.length ?? 0;
    expect(pages).toBeGreaterThan(2);
    expect(pages).toBeLessThan(20);
    await page.emulateMediaType('print');
    expect(await ask(page, "getComputedStyle(document.querySelector('h2')).color")).toBe(
      'rgb(27, 29, 33)',
    );
    expect(await ask(page, "getComputedStyle(document.querySelector('nav')).display")).toBe('none');
  });

  test('of a thousand participants and ten minutes has a bounded size', async () => {
    const big = join(dir, 'big.ndjson');
    await writeRecord(bigRun({ rooms: 250, people: 4, seconds: 600, shards: 4 }), big);
    const begun = performance.now();
    const file = await renderRecord(big, mkdtempSync(join(dir, 'big-')));
    const rendered = performance.now();
    expect(statSync(file).size).toBeLessThan(1_500_000);
    await using opened = await open({}, file);
    const { page, readyMs, complaints } = opened;
    expect(complaints).toEqual([]);
    expect(await ask(page, "document.querySelectorAll('#participant-table tbody tr').length")).toBe(
      1_000,
    );
    await ask(page, "location.hash = '#participant=k3x9-200-p4'");
    await page.waitForFunction("document.querySelector('#one h3')?.textContent.endsWith('200-p4')");
    expect(await textOf(page, '#one')).toContain('swarm report');
    const points = await ask<number[]>(page, 'plots.map((u) => u.data[0].length)');
    expect(Math.max(...points)).toBeLessThanOrEqual(720);
    const { size } = statSync(file);
    console.info(
      `1,000 participants, ten minutes: record ${(statSync(big).size / 1e6).toFixed(1)} MB, page ${(size / 1e6).toFixed(2)} MB, rendered in ${Math.round(rendered - begun)} ms, drawn in ${Math.round(readyMs)} ms`,
    );
  });
});
