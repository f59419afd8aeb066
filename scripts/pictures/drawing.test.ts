import {
  type Chromium,
  findChromium,
  launchChromium,
  NO_CHROMIUM,
} from '@livekit-swarm/testkit/chromium';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { dashboards } from '../../packages/mixin/src/dashboards/index.ts';
import { panelsOf } from '../../packages/mixin/src/queries.ts';
import { SHIPPED } from '../../packages/mixin/src/shipped.ts';
import { targetsOf } from './ask-dashboard.ts';
import { type Bundle, bundlePage, hasOwnPackages } from './bundle-page.ts';
import { PANEL_TYPES, type PanelType } from './panel-types.ts';
import { withDrawing } from './photograph.ts';
import type { Picture, Series } from './picture.ts';

const executable = findChromium();
const unavailable =
  executable === null
    ? NO_CHROMIUM
    : (await hasOwnPackages())
      ? null
      : 'the packages of the pictures are not installed: npm run dashboards:pictures';
const [FROM, STEP] = [Date.UTC(2026, 0, 1), 5_000];

const series = (labels: Record<string, string>, ...figures: string[]): Series => ({
  labels,
  points: figures.map((figure, index) => [FROM + index * STEP, figure] as const),
});

/** Expected elements of each type of panel, and the selectors that find them. */
const EXPECTED: Record<PanelType, { answer: Series[]; drawn: string; text: RegExp }> = {
  stat: { answer: [series({}, '1', '7')], drawn: 'span', text: /7/ },
  timeseries: {
    answer: [series({ instance: 'x:1' }, '1', 'NaN', '3')],
    drawn: '.uplot canvas',
    text: /x:1/,
  },
  'state-timeline': {
    answer: [series({ target: 'lab', node: 'node-1', module: 'audio_pair' }, '1', '0')],
    drawn: '.bands div',
    text: /lab node-1 audio_pairsucceedsfails/,
  },
  heatmap: {
    answer: [series({ le: '100' }, '1', '2'), series({ le: '+Inf' }, '1', '3')],
    drawn: 'rect',
    text: /100/,
  },
  table: { answer: [series({ instance: 'x:1' }, '1')], drawn: '[role=gridcell]', text: /x:1/ },
};

/** One panel of each type, below each other, from any dashboard. */
const panels = PANEL_TYPES.map((type, index) => {
  const panel = Object.values(dashboards(SHIPPED))
    .flatMap(panelsOf)
    .find(
      (one) =>
        one.type === type &&
        (type !== 'timeseries' || JSON.stringify(one.targets).includes('"{{instance}}"')),
    );
  if (panel === undefined) throw new Error(`no panel is a ${type}`);
  return { ...panel, id: index + 1, gridPos: { x: 0, y: index * 8, w: 24, h: 8 } };
});

const pictureOf = (answerOf: (type: PanelType) => Series[]): Picture => ({
  dashboard: { ...dashboards(SHIPPED).cluster, panels },
  theme: 'dark',
  from: FROM,
  to: FROM + 60_000,
  stepMs: STEP,
  answers: Object.fromEntries(
    panels.map((panel, index) => [
      panel.id,
      Object.fromEntries(
        targetsOf(panel).map(({ refId }) => [refId, answerOf(PANEL_TYPES[index] ?? 'stat')]),
      ),
    ]),
  ),
});

describe('drawings', () => {
  beforeEach(({ skip }) => skip(unavailable !== null, unavailable ?? ''));
  let chromium: Chromium;
  let bundle: Bundle;
  beforeAll(async () => {
    if (unavailable !== null) return;
    bundle = await bundlePage();
    chromium = await launchChromium(executable ?? '');
  });
  afterAll(() => chromium?.[Symbol.asyncDispose]());

  it('exist for each type of panel', async () => {
    const seen = await withDrawing(
      chromium.browser,
      bundle,
      pictureOf((type) => EXPECTED[type].answer),
      (page) =>
        Promise.all(
          panels.map(async ({ id }, index) => {
            const type = PANEL_TYPES[index] ?? 'stat';
            const found = await page.$$(`#panel-${id} ${EXPECTED[type].drawn}`);
            return {
              type,
              drawn: found.length,
              text: await page.$eval(`#panel-${id}`, ({ textContent }) => textContent),
            };
          }),
        ),
    );
    for (const { type, drawn, text } of seen) {
      expect(drawn, type).toBeGreaterThan(0);
      expect(text, type).toMatch(EXPECTED[type].text);
    }
  });

  it('show a text without data', async () => {
    const texts = await withDrawing(
      chromium.browser,
      bundle,
      pictureOf(() => []),
      (page) =>
        Promise.all(
          panels.map(({ id }) => page.$eval(`#panel-${id}`, ({ textContent }) => textContent)),
        ),
    );
    for (const [index, { title = '', fieldConfig }] of panels.entries()) {
      expect(texts[index], title).toBe(`${title}${fieldConfig?.defaults.noValue ?? 'No data'}`);
    }
  });
});
