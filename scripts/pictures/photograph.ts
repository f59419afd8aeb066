import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, Page, ResponseForRequest } from 'puppeteer-core';
import type { Bundle } from './bundle-page.ts';
import type { Picture } from './picture.ts';

/** Invented address: a page without an address has no storage, which Grafana's components need. */
const ADDRESS = 'http://dashboards.localhost/';
const WIDTH = 1_440;
/** Time for Grafana to draw, ms: first sizes, then canvases. */
const SETTLE_MS = 1_500;

/**
 * Draws a dashboard and takes a picture of the whole page.
 * @throws Error when the page reports one
 */
export const photograph = async (
  browser: Browser,
  bundle: Bundle,
  picture: Picture,
): Promise<Uint8Array> =>
  withDrawing(browser, bundle, picture, (page) => page.screenshot({ fullPage: true }));

/**
 * Draws a dashboard and passes the page to `look` once it is complete.
 * @throws Error when the page reports one
 */
export const withDrawing = async <Seen>(
  browser: Browser,
  bundle: Bundle,
  picture: Picture,
  look: (page: Page) => Promise<Seen>,
): Promise<Seen> => {
  const page = await browser.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  try {
    await page.setViewport({ width: WIDTH, height: heightOf(picture) });
    await page.setRequestInterception(true);
    page.on('request', (request) => void request.respond(answerTo(request.url(), bundle)));
    await page.goto(ADDRESS);
    await page.evaluate(`draw(${JSON.stringify(picture)})`);
    await page.waitForSelector('.panel', { timeout: 20_000 });
    await sleep(SETTLE_MS);
    const seen = await look(page);
    if (errors.length === 0) return seen;
    throw new Error('it reports errors');
  } catch (error) {
    throw new Error([`${picture.dashboard.title}: ${error}`, ...errors].join('\n'));
  } finally {
    await page.close();
  }
};

const PAGE =
  '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><link rel="stylesheet" href="page.css"><body><script src="page.js"></script></body>';

/** Response to a request of the page: no request leaves the browser. */
const answerTo = (url: string, { script, style, fonts }: Bundle): Partial<ResponseForRequest> => {
  if (url === ADDRESS) return { contentType: 'text/html', body: PAGE };
  if (url === `${ADDRESS}page.js`) return { contentType: 'text/javascript', body: script };
  if (url === `${ADDRESS}page.css`) return { contentType: 'text/css', body: style };
  const font = fonts.get(url.slice(ADDRESS.length));
  return font === undefined ? { status: 404 } : { contentType: 'font/woff2', body: font };
};

/** Height of the window, pixels: at least that of the page, so that every panel is drawn. */
const heightOf = ({ dashboard: { panels = [] } }: Picture): number =>
  Math.max(...panels.map(({ gridPos }) => (gridPos?.y ?? 0) + (gridPos?.h ?? 0))) * 38 + 72;
