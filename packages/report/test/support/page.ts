/** A report in a real browser, without a network. */

import { createReadStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { decideVerdict, foldRecord, resolveThresholds } from '@livekit-swarm/analysis';
import { parseThreshold } from '@livekit-swarm/metrics';
import { readRecordLines } from '@livekit-swarm/record';
import type { Browser, Page } from 'puppeteer-core';
import { wholeOf } from '../../src/reporter.ts';
import { htmlReporter } from '../../src/run/html/html.ts';

const textLines = (file: string): AsyncIterable<string> =>
  createInterface({ input: createReadStream(file, 'utf8') });

/** Renders a record on disk, as `swarm report --report html` does. @returns the file's name */
export const renderRecord = async (
  record: string,
  dir: string,
  thresholds: string[] = [],
): Promise<string> => {
  const summary = await foldRecord(textLines(record));
  const decision = decideVerdict(
    summary,
    resolveThresholds(summary.scenario, [
      ...summary.scenario.thresholds,
      ...thresholds.map(parseThreshold),
    ]),
  );
  const rendered = htmlReporter.render([
    { summary, decision, recordPath: record, readLines: () => readRecordLines(textLines(record)) },
  ]);
  const file = join(dir, 'report.html');
  await writeFile(file, await wholeOf(rendered ?? ''));
  return file;
};

export interface Opened extends AsyncDisposable {
  readonly page: Page;
  /** URLs that the page requested besides its own. */
  readonly requests: string[];
  /** Lines of the console, uncaught errors and dialogs of the page. */
  readonly complaints: string[];
}

export interface Look {
  width?: number;
  scheme?: 'light' | 'dark';
  scripts?: boolean;
  touch?: boolean;
}

/** Keeps each chart that the page makes with uPlot in the global `plots`. */
const KEEP_PLOTS = `
const plots = [];
let library;
Object.defineProperty(globalThis, 'uPlot', {
  set: (made) => {
    library = class extends made {
      constructor(...options) {
        super(...options);
        plots.push(this);
      }
    };
  },
  get: () => library,
});`;

/** Opens a page from the disk, the network gone. */
export const openPage = async (
  browser: Browser,
  file: string,
  { width = 1_440, scheme = 'light', scripts = true, touch = false }: Look = {},
): Promise<Opened> => {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  const url = pathToFileURL(file).href;
  const requests: string[] = [];
  const complaints: string[] = [];
  page.on('request', (request) => {
    if (request.url() !== url && !request.url().startsWith('data:')) requests.push(request.url());
  });
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
  await page.setViewport({
    width,
    height: width < 600 ? 844 : 900,
    hasTouch: touch,
    isMobile: touch,
  });
  await page.setOfflineMode(true);
  await page.setJavaScriptEnabled(scripts);
  await page.evaluateOnNewDocument(KEEP_PLOTS);
  await page.goto(url, { waitUntil: 'load' });
  return { page, requests, complaints, [Symbol.asyncDispose]: () => context.close() };
};

/** The same, until the report has drawn its charts. `readyMs`: from the first byte until then. */
export const openReport = async (
  browser: Browser,
  file: string,
  look: Look = {},
): Promise<Opened & { readyMs: number }> => {
  const opened = await openPage(browser, file, look);
  if (look.scripts === false) return { ...opened, readyMs: 0 };
  await opened.page.waitForSelector('html[data-ready]', { timeout: 30_000 });
  return { ...opened, readyMs: (await opened.page.evaluate('performance.now()')) as number };
};
