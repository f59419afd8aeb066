import type { ClientSoftware } from '@livekit-swarm/beacon/payload';
import { NETWORK_VALUES, TRANSPORT_VALUES } from '@livekit-swarm/catalogue';

/** SDKs by name and major version: the possible values of the label, for any report. */
const SDKS = [
  'livekit-client',
  'livekit-client 1',
  'livekit-client 2',
  'livekit-client 3',
  'react-native',
];
const BROWSERS = [
  'chrome',
  'edge',
  'electron',
  'firefox',
  'opera',
  'react-native',
  'safari',
  'samsung',
];
const OTHER = 'other';

export type Labeller = (software: {
  name: ClientSoftware['name'];
  version?: string | undefined;
}) => string;

/**
 * Create a function that returns the most specific known label: name and version if it is listed,
 * name and major version, name, or `other`.
 */
const labeller =
  (words: readonly string[], listed: readonly string[]): Labeller =>
  ({ name, version = '' }) => {
    const exact = `${name} ${version}`;
    if (listed.includes(exact)) return exact;
    const major = `${name} ${version.split('.')[0]}`;
    return [major, name].find((label) => words.includes(label)) ?? OTHER;
  };

export const sdkLabeller = (listed: readonly string[]): Labeller => labeller(SDKS, listed);
export const browserLabeller = (listed: readonly string[]): Labeller => labeller(BROWSERS, listed);

const known = (words: readonly string[], word = 'unknown'): string =>
  words.includes(word) ? word : OTHER;

export const transportOf = (word: string | undefined): string => known(TRANSPORT_VALUES, word);
export const networkOf = (word: string | undefined): string => known(NETWORK_VALUES, word);
