/** Pages of drills in a real browser, without a network. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DrillResult } from '@livekit-swarm/chaos';
import {
  type Chromium,
  findChromium,
  launchChromium,
  NO_CHROMIUM,
} from '@livekit-swarm/testkit/chromium';
import type { Page } from 'puppeteer-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  largeDrill,
  passedDrill,
  splitBrainDrill,
  variedDrill,
  voidDrill,
} from '../../chaos/test/support/drill-results.ts';
import { renderDrillHtml } from '../src/drill/html/render-html.ts';
import { tabStops, violationsOf } from './support/accessibility.ts';
import { type Look, type Opened, openPage } from './support/page.ts';

const executable = findChromium();
const dir = mkdtempSync(join(tmpdir(), 'swarm-drill-html-'));
let chromium: Chromium;

beforeAll(async () => {
  if (executable === null) return;
  chromium = await launchChromium(executable);
});
beforeEach(({ skip }) => skip(executable === null, NO_CHROMIUM));
afterAll(async () => {
  await chromium?.[Symbol.asyncDispose]();
  await rm(dir, { recursive: true, force: true });
});

const open = async (result: DrillResult, look: Look): Promise<Opened> => {
  const file = join(dir, `${result.drill.name}.html`);
  writeFileSync(file, renderDrillHtml(result));
  return await openPage(chromium.browser, file, look);
};

/** Evaluates an expression in the page. */
const ask = <Answer>(page: Page, expression: string): Promise<Answer> =>
  page.evaluate(expression) as Promise<Answer>;

const LOOKS: [string, Look][] = [
  ['on a laptop', { width: 1_440, scheme: 'light' }],
  ['in the dark', { width: 1_440, scheme: 'dark' }],
  ['on a phone', { width: 390, scheme: 'light' }],
  ['on a phone in the dark', { width: 390, scheme: 'dark' }],
];

/** Long name of a room without blanks, where a line could break. */
const longName = (room: number): string => `averylongnameofaroom${'x'.repeat(120)}${room}`;
const RESULTS: [string, DrillResult][] = [
  ['one that passed', passedDrill()],
  ['a split brain', splitBrainDrill()],
  ['several repeats', variedDrill()],
  ['one that is void', voidDrill()],
  ['many rooms with long names', largeDrill({ rooms: 60, name: longName })],
];

describe.each(LOOKS)('the page of a drill %s', (_, look) => {
  test.each(RESULTS)('needs nothing but itself, and fits: %s', async (_name, result) => {
    await using opened = await open(result, look);
    const { page, complaints, requests } = opened;
    expect(complaints).toEqual([]);
    expect(requests).toEqual([]);
    expect(
      await ask(page, 'document.documentElement.scrollWidth - innerWidth'),
    ).toBeLessThanOrEqual(0);
    // Wide content scrolls horizontally; nothing else is clipped.
    const cut = await ask<string[]>(
      page,
      `[...document.querySelectorAll('main :is(p, li, td, th, dd, h1, h2, h3, caption)')].filter((element) => {
        const scroll = element.closest('.scroll');
        return element.checkVisibility() && !scroll && element.getBoundingClientRect().right > innerWidth;
      }).map(({ textContent }) => textContent)`,
    );
    expect(cut).toEqual([]);
  });

  test.each(RESULTS)('is as accessible as WCAG 2.2 AA asks for: %s', async (_name, result) => {
    await using opened = await open(result, look);
    const { page } = opened;
    await ask(
      page,
      "for (const details of document.querySelectorAll('details')) details.open = true",
    );
    expect(await violationsOf(page)).toEqual([]);
  });
});

/** Box of an element, CSS pixels. */
type Box = Record<'x' | 'y' | 'width' | 'height', number>;

const LAPTOP: Look = { width: 1_440, scheme: 'light' };

describe('the page of a drill', () => {
  test('can be used by keyboard, with visible focus', async () => {
    await using opened = await open(variedDrill(), LAPTOP);
    const { page } = opened;
    const stops = await tabStops(page, 100);
    expect(stops.filter(({ seen }) => !seen)).toEqual([]);
    expect(stops.map(({ what }) => what)).toEqual(
      expect.arrayContaining([
        '#verdict',
        '#repeat-3',
        'Every repeat',
        'Figures by window, repeat 1',
        'Subscriptions of a, repeat 1',
      ]),
    );
  });

  test('draws the fault behind all participants, from injection to rollback', async () => {
    await using opened = await open(splitBrainDrill(), LAPTOP);
    const { page } = opened;
    const [fault, silent, strips] = await ask<[Box, Box, number]>(
      page,
      `(() => {
        const box = (selector) => { const { x, y, width, height } = document.querySelector(selector).getBoundingClientRect(); return { x, y, width, height }; };
        return [box('.bands rect.fault'), box('rect.receiving-none'), document.querySelectorAll('.timeline .row svg rect').length];
      })()`,
    );
    expect(strips).toBeGreaterThan(20);
    expect(fault.x).toBeCloseTo(silent.x, 0);
    expect(fault.width).toBeCloseTo(silent.width, -1);
    expect(fault.height).toBeGreaterThan(200);
    // 10 of 60 s.
    const row = await ask<number>(
      page,
      "document.querySelector('.timeline .axis svg').getBoundingClientRect().width",
    );
    expect(fault.width / row).toBeCloseTo(1 / 6, 2);
  });

  test('can be printed without horizontal overflow', async () => {
    await using opened = await open(variedDrill(), LAPTOP);
    const { page } = opened;
    await page.emulateMediaType('print');
    await page.setViewport({ width: 720, height: 1_000 });
    expect(
      await ask(page, 'document.documentElement.scrollWidth - innerWidth'),
    ).toBeLessThanOrEqual(0);
    expect(
      await ask(page, "getComputedStyle(document.querySelector('.masthead nav')).display"),
    ).toBe('none');
    const pdf = Buffer.from(await page.pdf({ format: 'A4' }));
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
    const pages = pdf.toString('latin1').match(/\/Type \/Page\b/g)?.length ?? 0;
    expect(pages).toBeGreaterThan(1);
    expect(pages).toBeLessThan(12);
  });
});
