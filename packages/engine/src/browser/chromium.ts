/** The browser of the engine `browser`, without puppeteer. */
export { findBrowser } from './find-browser.ts';
export { browserProfile, launchOptions } from './launch-options.ts';
