import { readFileSync } from 'node:fs';
import { messageOf, usageError, withoutSecrets } from '@livekit-swarm/settings';

/** Target of pushes. */
export interface Endpoint {
  /** URL without user and password, which are sent as a header. */
  url: URL;
  /** URL for messages and results, without any part that may be a secret. */
  shown: string;
  headers: Readonly<Record<string, string>>;
  /** True: the path of the URL is a secret, as that of many webhooks. Default: false. */
  isPathSecret?: boolean;
  tls: TlsFiles;
  /** Time limit for a request and its answer, ms. */
  timeoutMs: number;
  compression: 'none' | 'gzip';
}

export interface TlsFiles {
  ca?: Buffer;
  cert?: Buffer;
  key?: Buffer;
}

/**
 * Reads a URL for pushes.
 * @param where flag or variable that contains it
 * @returns the URL, and a header with the user and password in it
 * @throws SwarmError `usage`; the message contains no secret
 */
export const readUrl = (
  text: string,
  where: string,
  example: string,
): { url: URL; headers: Record<string, string> } => {
  const url = URL.parse(text);
  if (url === null) throw usageError(`${where}: not a URL`, `write ${example}`);
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw usageError(
      `${where}: ${withoutSecrets(text)} is not an http:// or https:// URL`,
      `write ${example}`,
    );
  const { username, password } = url;
  url.username = '';
  url.password = '';
  url.hash = '';
  if (username === '' && password === '') return { url, headers: {} };
  return { url, headers: basicAuth(decode(username, where), decode(password, where)) };
};

const decode = (text: string, where: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    throw usageError(
      `${where}: user or password is not percent-encoded`,
      'write %25 for a percent sign',
    );
  }
};

export const basicAuth = (user: string, password: string): Record<string, string> => ({
  authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
});

/** Name of a header, RFC 9110 §5.6.2. */
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** Value of a header: visible characters, and spaces between them. */
const HEADER_VALUE = /^[\x21-\x7e\x80-\xff]([\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?$/;

/**
 * Reads `key=value,key=value` with percent-encoded values, as OpenTelemetry writes headers and
 * attributes.
 * @throws SwarmError `usage`; the message contains no value
 */
export const readPairs = (text: string, variable: string): Record<string, string> =>
  Object.fromEntries(
    text
      .split(',')
      .filter((pair) => pair.trim() !== '')
      .map((pair, index): [string, string] => {
        const cut = pair.indexOf('=');
        const key = pair.slice(0, Math.max(0, cut)).trim();
        if (key === '')
          throw usageError(
            `${variable}: pair ${index + 1} has no name`,
            'write NAME=VALUE,NAME=VALUE',
          );
        try {
          return [decodeURIComponent(key), decodeURIComponent(pair.slice(cut + 1).trim())];
        } catch {
          throw usageError(
            `${variable}: the value of ${key} is not percent-encoded`,
            'write %25 for a percent sign and %2C for a comma',
          );
        }
      }),
  );

/**
 * Reads headers.
 * @throws SwarmError `usage`; the message contains no value
 */
export const readHeaders = (text: string, variable: string): Record<string, string> => {
  const pairs = Object.entries(readPairs(text, variable));
  for (const [name, value] of pairs) {
    if (!HEADER_NAME.test(name))
      throw usageError(
        `${variable}: "${name.slice(0, 40)}" is not the name of a header`,
        'write NAME=VALUE,NAME=VALUE',
      );
    if (!HEADER_VALUE.test(value))
      throw usageError(`${variable}: the value of ${name} cannot be sent in a header`);
  }
  return Object.fromEntries(pairs.map(([name, value]) => [name.toLowerCase(), value]));
};

/**
 * Reads a file for TLS.
 * @throws SwarmError `usage` if the file does not exist or cannot be read
 */
export const readTlsFile = (path: string, variable: string): Buffer => {
  try {
    return readFileSync(path);
  } catch (error) {
    throw usageError(
      `${variable}: cannot read ${path}: ${messageOf(error)}`,
      'name a file in PEM format',
    );
  }
};
