import { readFileSync } from 'node:fs';
import { usageError, withoutSecrets } from '@livekit-swarm/settings';

/** Where pushes go. */
export interface Endpoint {
  /** Without user and password: they are a header. */
  url: URL;
  /** For messages and results: without anything that may be a secret. */
  shown: string;
  headers: Readonly<Record<string, string>>;
  tls: TlsFiles;
  /** For a request and its answer, ms. */
  timeoutMs: number;
  compression: 'none' | 'gzip';
}

export interface TlsFiles {
  ca?: Buffer;
  cert?: Buffer;
  key?: Buffer;
}

/**
 * A URL to push to, and the header for the user and password in it.
 * @param where the flag or variable that holds it
 * @throws SwarmError `usage`; the message repeats no secret
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

/** RFC 9110 §5.6.2. */
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** Visible characters, and spaces between them. */
const HEADER_VALUE = /^[\x21-\x7e\x80-\xff]([\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?$/;

/**
 * `key=value,key=value` with percent-encoded values, as OpenTelemetry writes headers and attributes.
 * @throws SwarmError `usage`; the message repeats no value
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

/** @throws SwarmError `usage`; the message repeats no value */
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

/** @throws SwarmError `usage` when there is no such file, or it cannot be read */
export const readTlsFile = (path: string, variable: string): Buffer => {
  try {
    return readFileSync(path);
  } catch (error) {
    throw usageError(
      `${variable}: cannot read ${path}: ${error instanceof Error ? error.message : String(error)}`,
      'name a file in PEM format',
    );
  }
};
