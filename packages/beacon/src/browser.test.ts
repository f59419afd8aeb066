import { expect, it } from 'vitest';
import { browserOf } from './browser.ts';

const APPLE =
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)';
const CHROME =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36';

it.each([
  [CHROME, 'chrome', '141'],
  [CHROME.replace('Chrome/', 'HeadlessChrome/'), 'chrome', '141'],
  [`${CHROME} Edg/141.0.3537.57`, 'edge', '141'],
  [`${CHROME} OPR/125.0.0.0`, 'opera', '125'],
  [CHROME.replace('Chrome/', 'SamsungBrowser/28.0 Chrome/'), 'samsung', '28'],
  [CHROME.replace('Chrome/', 'Electron/38.1 Chrome/'), 'electron', '38'],
  [`${APPLE} Version/26.0 Safari/605.1.15`, 'safari', '26'],
  [`${APPLE} CriOS/141.0.7390.41 Mobile/15E148 Safari/604.1`, 'chrome', '141'],
  [`${APPLE} FxiOS/143.0 Mobile/15E148 Safari/605.1.15`, 'firefox', '143'],
  ['Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0', 'firefox', '143'],
])('recognises the browser with the user agent %s', (userAgent, name, version) => {
  expect(browserOf({ userAgent })).toEqual({ name, version });
});

it('returns other for unknown browsers', () => {
  expect(browserOf({})).toEqual({ name: 'other' });
  expect(browserOf({ userAgent: 'curl/8.0' })).toEqual({ name: 'other' });
  expect(browserOf({ product: 'ReactNative' })).toEqual({ name: 'react-native' });
});
