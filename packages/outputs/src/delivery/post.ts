import { Agent as HttpAgent, type IncomingMessage, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import type { Endpoint } from './endpoint.ts';

/** Answer of a receiver. */
export interface Answer {
  status: number;
  /** Beginning of the body, at most 64 KiB. */
  body: Buffer;
  /** Time in the header Retry-After, ms; null: no such header. */
  retryAfterMs: number | null;
}

export interface Poster {
  /**
   * Sends a request. Redirects are not followed, because the headers may contain credentials.
   * @throws Error if there was no answer within the time limit, or the signal was aborted
   */
  post(
    body: Uint8Array,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<Answer>;
  close(): void;
}

const LONGEST_BODY = 64 * 1_024;
/**
 * Time limit for the body of an answer, ms, so that an endless answer does not delay the next push.
 */
const BODY_MS = 1_000;

export const createPoster = ({ url, headers: own, tls, timeoutMs }: Endpoint): Poster => {
  const secure = url.protocol === 'https:';
  const agent = secure
    ? new HttpsAgent({ keepAlive: true, ...tls })
    : new HttpAgent({ keepAlive: true });
  const request = secure ? requestHttps : requestHttp;
  return {
    post: async (body, headers, signal) => {
      const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
      const answered = Promise.withResolvers<IncomingMessage>();
      const sent = request(
        url,
        {
          method: 'POST',
          agent,
          signal: limit,
          headers: { ...own, ...headers, 'content-length': body.length },
        },
        answered.resolve,
      );
      sent.on('error', (error) =>
        answered.reject(
          limit.aborted ? new Error(`no answer within ${timeoutMs / 1_000} s`) : error,
        ),
      );
      sent.end(body);
      const response = await answered.promise;
      return {
        status: response.statusCode ?? 0,
        body: await beginningOf(response),
        retryAfterMs: retryAfterOf(response.headers['retry-after']),
      };
    },
    close: () => agent.destroy(),
  };
};

const beginningOf = async (response: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  let size = 0;
  const timer = setTimeout(() => response.destroy(), BODY_MS);
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > LONGEST_BODY) break;
    }
  } catch {
    // The status is the result, even if the body broke off.
  } finally {
    clearTimeout(timer);
  }
  return Buffer.concat(chunks).subarray(0, LONGEST_BODY);
};

/** Reads Retry-After: seconds or a date (RFC 9110 §10.2.3). */
const retryAfterOf = (header: string | undefined): number | null => {
  if (header === undefined) return null;
  const ms = /^\d+$/.test(header.trim()) ? Number(header) * 1_000 : Date.parse(header) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : null;
};
