import { Agent } from 'undici';
import { startsPlaylist } from '../playlist/read-playlist.ts';
import {
  type Answer,
  type ByteRange,
  type Fetcher,
  MOST_TEXT_BYTES,
  TooLargeError,
} from './fetcher.ts';

/** Longest wait for a connection, for the head of an answer, and between parts of its body, ms. */
const TIMEOUT_MS = 10_000;
/** Longest load of a playlist and of a segment, ms, as players have it: an answer may never end. */
const WHOLE_TEXT_MS = 20_000;
const WHOLE_SEGMENT_MS = 120_000;
/** Bytes by which a playlist shows itself: the rest of another answer is not awaited. */
const RECOGNISED_BYTES = 512;
/** Players load a playlist while they load a segment. */
const CONNECTIONS = 2;
/** Longer than any time between two requests of a listener, ms. */
const KEEP_ALIVE_MS = 60_000;
const HEADERS = { 'user-agent': 'livekit-swarm', accept: '*/*' };

/** Makes the connections of a listener, which stay open between requests. */
export const openFetcher = (): Fetcher => {
  const agent = new Agent({
    connections: CONNECTIONS,
    pipelining: 1,
    keepAliveTimeout: KEEP_ALIVE_MS,
    headersTimeout: TIMEOUT_MS,
    bodyTimeout: TIMEOUT_MS,
    connect: { timeout: TIMEOUT_MS },
  });
  return {
    get: async (url, { asText, range, signal }) => {
      const request = new AbortController();
      const abort = (): void => request.abort(signal.reason);
      signal.addEventListener('abort', abort, { once: true });
      const timer = setTimeout(
        () => request.abort(new DOMException('the answer did not end', 'TimeoutError')),
        asText ? WHOLE_TEXT_MS : WHOLE_SEGMENT_MS,
      );
      try {
        if (signal.aborted) abort();
        const { statusCode, headers, body } = await agent.request({
          origin: url.origin,
          path: `${url.pathname}${url.search}`,
          method: 'GET',
          headers: range === null ? HEADERS : { ...HEADERS, range: rangeOf(range) },
          signal: request.signal,
        });
        const { bytes, text } = await readBody(body, asText);
        return {
          status: statusCode,
          location: headerOf(headers, 'location'),
          dateMs: timeOf(headerOf(headers, 'date')),
          lastModifiedMs: timeOf(headerOf(headers, 'last-modified')),
          bytes,
          text,
        };
      } finally {
        clearTimeout(timer);
        signal.removeEventListener('abort', abort);
      }
    },
    close: () => agent.destroy(),
  };
};

const readBody = async (
  body: AsyncIterable<Uint8Array>,
  asText: boolean,
): Promise<Pick<Answer, 'bytes' | 'text'>> => {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  let isKnown = false;
  for await (const part of body) {
    bytes += part.length;
    if (!asText) continue;
    if (bytes > MOST_TEXT_BYTES) throw new TooLargeError(`more than ${MOST_TEXT_BYTES} bytes`);
    parts.push(part);
    if (isKnown || bytes < RECOGNISED_BYTES) continue;
    isKnown = startsPlaylist(Buffer.concat(parts).toString('utf8'));
    if (!isKnown) break;
  }
  return { bytes, text: Buffer.concat(parts).toString('utf8') };
};

const rangeOf = ({ offset, length }: ByteRange): string => `bytes=${offset}-${offset + length - 1}`;

type Headers = Readonly<Record<string, string | string[] | undefined>>;

const headerOf = (headers: Headers, name: string): string | null => {
  const value = headers[name];
  return (Array.isArray(value) ? value[0] : value) ?? null;
};

const timeOf = (text: string | null): number | null => {
  const ms = text === null ? Number.NaN : Date.parse(text);
  return Number.isNaN(ms) ? null : ms;
};
