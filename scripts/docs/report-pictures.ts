/**
 * Pictures of an HTML report for the docs: on a laptop, on a phone, and its charts in the dark. Needs Chromium.
 *
 *     npx swarm run … --report html=report.html
 *     node scripts/docs/report-pictures.ts report.html docs/images
 */
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import puppeteer, { type Viewport } from 'puppeteer-core';

interface Picture {
  file: string;
  viewport: Viewport;
  scheme: 'light' | 'dark';
  /** What is at its top; null: the top of the page. */
  from: string | null;
}

const PICTURES: readonly Picture[] = [
  { file: 'report-1440.png', viewport: { width: 1_440, height: 1_040 }, scheme: 'light', from: null },
  { file: 'report-390.png', viewport: { width: 390, height: 1_180, deviceScaleFactor: 2 }, scheme: 'light', from: null },
  { file: 'report-dark.png', viewport: { width: 1_440, height: 1_040 }, scheme: 'dark', from: '#time' },
];

const [report, folder] = process.argv.slice(2);
if (report === undefined || folder === undefined) throw new Error('usage: report-pictures.ts REPORT.html FOLDER');

const browser = await puppeteer.launch({
  executablePath: process.env.CHROME_PATH ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
});
try {
  for (const { file, viewport, scheme, from } of PICTURES) {
    const page = await browser.newPage();
    await page.setViewport(viewport);
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
    await page.goto(pathToFileURL(resolve(report)).href);
    await page.waitForSelector('html[data-ready]');
    if (from !== null) await page.$eval(from, (element) => element.scrollIntoView({ behavior: 'instant' }));
    await page.screenshot({ path: join(folder, file) });
    await page.close();
  }
} finally {
  await browser.close();
}
