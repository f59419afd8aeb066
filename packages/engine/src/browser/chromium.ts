/** Functions to find and start the browser of the engine `browser`, without loading puppeteer. */
export { findBrowser } from './find-browser.ts';
export { BROWSER_ENGINES, browserProfile, launchOptions } from './launch-options.ts';
