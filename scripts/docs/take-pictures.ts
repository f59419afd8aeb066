import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import puppeteer, { type Viewport } from 'puppeteer-core';

export interface Picture {
  file: string;
  viewport: Viewport;
  scheme: 'light' | 'dark';
  /** Selector of the element at the top of the picture; null: the top of the page. */
  from: string | null;
}

/**
 * Takes pictures of a page on disk. Needs Chromium.
 * @param ready selector of an element that exists once the page is drawn
 */
export const takePictures = async (
  page: string,
  folder: string,
  pictures: readonly Picture[],
  ready: string,
): Promise<void> => {
  const browser = await puppeteer.launch({
    executablePath: process.env.CHROME_PATH ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu'],
  });
  try {
    for (const { file, viewport, scheme, from } of pictures) {
      const tab = await browser.newPage();
      await tab.setViewport(viewport);
      await tab.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
      await tab.goto(pathToFileURL(resolve(page)).href);
      await tab.waitForSelector(ready);
      if (from !== null)
        await tab.$eval(from, (element) => element.scrollIntoView({ behavior: 'instant' }));
      await tab.screenshot({ path: join(folder, file) });
      await tab.close();
    }
  } finally {
    await browser.close();
  }
};
