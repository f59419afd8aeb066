import type { ClientSoftware } from './payload.ts';

/** Members of `navigator` that are read; only Chromium has `connection`. */
export interface NavigatorFacts {
  userAgent?: string;
  product?: string;
  connection?: { type?: string };
}

/**
 * Patterns of browsers; the first match is used, because user agents also contain the names of
 * older browsers.
 */
const FAMILIES: readonly (readonly [name: string, version: RegExp])[] = [
  ['electron', /Electron\/(\d+)/],
  ['edge', /Edg(?:A|iOS)?\/(\d+)/],
  ['opera', /OPR\/(\d+)/],
  ['samsung', /SamsungBrowser\/(\d+)/],
  ['firefox', /(?:Firefox|FxiOS)\/(\d+)/],
  ['chrome', /(?:Chrome|Chromium|CriOS)\/(\d+)/],
  ['safari', /Version\/(\d+).*Safari\//],
];

/** Reads family and major version from short lists, so that nothing identifies a user. */
export const browserOf = ({ userAgent = '', product }: NavigatorFacts): ClientSoftware => {
  if (product === 'ReactNative') return { name: 'react-native' };
  for (const [name, pattern] of FAMILIES) {
    const version = pattern.exec(userAgent)?.[1];
    if (version !== undefined) return { name, version };
  }
  return { name: 'other' };
};
