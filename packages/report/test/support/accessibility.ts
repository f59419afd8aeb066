/** Requirements on every page, in a real browser. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'puppeteer-core';

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** Violations of WCAG 2.2 AA that axe finds. */
export const violationsOf = async (page: Page): Promise<object[]> => {
  await page.evaluate(
    readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'),
  );
  const found = await page.evaluate(
    `axe.run({ runOnly: ${JSON.stringify(RULES)} }).then(({ violations }) =>
      violations.map(({ id, nodes }) => ({ id, nodes: nodes.slice(0, 3).map(({ html, failureSummary }) => html.slice(0, 200) + ' ' + failureSummary) })))`,
  );
  return found as object[];
};

/** Stop of the tabulator key, and whether it is visible. */
export interface TabStop {
  what: string;
  seen: boolean;
}

/** Stops from the first to the last; no more than `most`. */
export const tabStops = async (page: Page, most: number): Promise<TabStop[]> => {
  const stops: TabStop[] = [];
  while (stops.length < most) {
    await page.keyboard.press('Tab');
    const at = (await page.evaluate(
      `(() => {
        const at = document.activeElement;
        if (at === document.body) return null;
        const { outlineStyle, outlineWidth } = getComputedStyle(at);
        const { width, height } = at.getBoundingClientRect();
        const what = at.id || at.dataset.chart || at.getAttribute('href') || at.getAttribute('aria-label') || at.innerText || at.tagName;
        return { what, seen: outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2 && width > 0 && height > 0 };
      })()`,
    )) as TabStop | null;
    if (at === null) break;
    stops.push(at);
  }
  return stops;
};
