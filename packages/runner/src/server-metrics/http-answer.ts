import { withoutSecrets } from '@livekit-swarm/settings';
import { SourceError } from './server-source.ts';

/** Address with credentials, which requests have in a header and messages never contain. */
export interface HttpEndpoint {
  url: string;
  /** `url` without slashes at its end, for paths below it. */
  base: string;
  headers: Record<string, string>;
  /** URL without user, password and query, for messages. */
  where: string;
}

/**
 * Splits a URL into address and credentials.
 * @param text URL, which may contain user and password
 */
export const httpEndpoint = (text: string): HttpEndpoint => {
  const url = new URL(text);
  const { username, password } = url;
  url.username = '';
  url.password = '';
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return {
    url: url.href,
    base: url.href.replace(/\/+$/, ''),
    headers:
      username === '' && password === ''
        ? {}
        : { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` },
    where: withoutSecrets(text),
  };
};

/** Largest answer that is read, bytes; metrics of a large node are below a megabyte. */
const MAX_BYTES = 32 * 1024 * 1024;

/**
 * Fetches the body of an answer, as text.
 * @throws SourceError
 */
export const fetchText = async (
  endpoint: Pick<HttpEndpoint, 'headers' | 'where'>,
  url: string,
  signal: AbortSignal,
  body?: URLSearchParams,
): Promise<string> => (await fetchBytes(endpoint, url, signal, body)).toString('utf8');

/**
 * Fetches the body of an answer.
 * @throws SourceError
 */
export const fetchBytes = async (
  { headers, where }: Pick<HttpEndpoint, 'headers' | 'where'>,
  url: string,
  signal: AbortSignal,
  body?: URLSearchParams,
): Promise<Buffer> => {
  let response: Response;
  try {
    response = await fetch(url, {
      headers,
      signal,
      // The credentials are only for this address.
      redirect: 'error',
      ...(body !== undefined && { method: 'POST', body }),
    });
    const answer = await bodyOf(response, where);
    if (response.ok) return answer;
  } catch (error) {
    if (error instanceof SourceError) throw error;
    if (signal.aborted) throw new SourceError('timeout', `${where} does not answer in time`);
    throw new SourceError('unreachable', `${where} cannot be reached (${causeOf(error)})`);
  }
  const { status } = response;
  if (status === 401 || status === 403)
    throw new SourceError('unauthorized', `${where} refuses the credentials (HTTP ${status})`);
  throw new SourceError('not_livekit', `${where} answers with HTTP ${status}`);
};

/** Reads a body, also one whose size is not announced. @throws SourceError */
const bodyOf = async ({ body }: Response, where: string): Promise<Buffer> => {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of body ?? []) {
    size += part.length;
    if (size > MAX_BYTES)
      throw new SourceError('not_livekit', `${where} answers with more than 32 MB`);
    parts.push(part);
  }
  return Buffer.concat(parts);
};

/** Cause of an error that `fetch` reports as "fetch failed": `ECONNREFUSED`. */
const causeOf = (error: unknown): string => {
  const cause = error instanceof Error ? error.cause : undefined;
  if (typeof cause === 'object' && cause !== null && 'code' in cause) return String(cause.code);
  return cause instanceof Error ? cause.message : 'no connection';
};
