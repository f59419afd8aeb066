import type { Endpoint } from './endpoint.ts';

const LONGEST = 200;

/**
 * Makes a function that prepares a receiver's answer for a terminal and a result: one line, no
 * control characters, and none of the request's secrets, which a receiver might repeat.
 */
export const createShown = ({
  headers,
  url,
  isPathSecret = false,
}: Pick<Endpoint, 'headers' | 'url' | 'isPathSecret'>) => {
  const secrets = [
    ...Object.values(headers).flatMap(secretsOf),
    ...[...url.searchParams.values()],
    ...(isPathSecret ? partsOf(url.pathname) : []),
  ].filter((secret) => secret.length > 3);
  // Longest first: a shorter secret may be part of a longer one.
  secrets.sort((a, b) => b.length - a.length);
  return (text: string): string => {
    const hidden = secrets.reduce((rest, secret) => rest.replaceAll(secret, '***'), text);
    const line = hidden.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ').trim();
    return line.length > LONGEST ? `${line.slice(0, LONGEST - 1)}…` : line;
  };
};

/** Shortest part of a path that is hidden on its own, characters: others are words such as `hooks`. */
const SHORTEST_PART = 9;

/** Path as written and decoded, and its long parts, which a receiver may repeat alone. */
const partsOf = (path: string): string[] => {
  const decoded = decodePath(path);
  const parts = [path, decoded].flatMap((text) => text.split('/'));
  return [path, decoded, ...parts.filter((part) => part.length >= SHORTEST_PART)];
};

const decodePath = (path: string): string => {
  try {
    return decodeURIComponent(path);
  } catch {
    // A percent sign that encodes nothing: the path is used as it is.
    return path;
  }
};

/** Secrets in a header: for `Basic dXNlcjpwYXNz` the value, its parts, and the user's password. */
const secretsOf = (header: string): string[] => {
  const [scheme = '', credentials] = header.split(' ');
  if (credentials === undefined) return [header];
  if (!/^basic$/i.test(scheme)) return [header, credentials];
  const [, ...password] = Buffer.from(credentials, 'base64').toString().split(':');
  return [header, credentials, password.join(':')];
};
