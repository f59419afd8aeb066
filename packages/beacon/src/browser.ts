import type { Software } from './payload.ts';

/** What is read of `navigator`; only Chromium has `connection`. */
export interface NavigatorFacts {
  userAgent?: string;
  product?: string;
  connection?: { type?: string };
}

/** The first that is found stands: browsers name those that they descend from. */
const FAMILIES: readonly (readonly [name: string, version: RegExp])[] = [
  ['electron', /Electron\/(\d+)/],
  ['edge', /Edg(?:A|iOS)?\/(\d+)/],
  ['opera', /OPR\/(\d+)/],
  ['samsung', /SamsungBrowser\/(\d+)/],
  ['firefox', /(?:Firefox|FxiOS)\/(\d+)/],
  ['chrome', /(?:Chrome|Chromium|CriOS)\/(\d+)/],
  ['safari', /Version\/(\d+).*Safari\//],
];

/** Family and major version, from short lists of ours: nothing that tells one person from another. */
export const browserOf = ({ userAgent = '', product }: NavigatorFacts): Software => {
  if (product === 'ReactNative') return { name: 'react-native' };
  for (const [name, pattern] of FAMILIES) {
    const version = pattern.exec(userAgent)?.[1];
    if (version !== undefined) return { name, version };
  }
  return { name: 'other' };
};
