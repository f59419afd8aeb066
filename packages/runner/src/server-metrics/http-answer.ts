import { withoutSecrets } from '@livekit-swarm/settings';
import { SourceError } from './server-source.ts';

/** An address with its credentials, which requests carry in a header and messages never. */
export interface HttpEndpoint {
  url: string;
  headers: Record<string, string>;
  /** Without user, password and query. */
  where: string;
}

/** @param text a URL, perhaps with user and password */
export const httpEndpoint = (text: string): HttpEndpoint => {
  const url = new URL(text);
  const { username, password } = url;
  url.username = '';
  url.password = '';
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return {
    url: url.href,
    headers:
      username === '' && password === ''
        ? {}
        : { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` },
    where: withoutSecrets(text),
  };
};

/** Metrics of a large node are below a megabyte. */
const MAX_BYTES = 32 * 1024 * 1024;

/** The body of an answer. @throws SourceError */
export const fetchText = async (
  { headers, where }: Pick<HttpEndpoint, 'headers' | 'where'>,
  url: string,
  signal: AbortSignal,
  body?: URLSearchParams,
): Promise<string> => {
  let response: Response;
  try {
    response = await fetch(url, {
      headers,
      signal,
      // Credentials are for this address.
      redirect: 'error',
      ...(body !== undefined && { method: 'POST', body }),
    });
    if (Number(response.headers.get('content-length')) > MAX_BYTES)
      throw new SourceError('not_livekit', `${where} answers with more than 32 MB`);
    const text = await response.text();
    if (response.ok) return text;
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

/** `ECONNREFUSED`: what `fetch` hides behind "fetch failed". */
const causeOf = (error: unknown): string => {
  const cause = error instanceof Error ? error.cause : undefined;
  if (typeof cause === 'object' && cause !== null && 'code' in cause) return String(cause.code);
  return cause instanceof Error ? cause.message : 'no connection';
};
