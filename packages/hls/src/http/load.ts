import { tlsProblem } from '@livekit-swarm/livekit';
import { codeOf, messageOf } from '@livekit-swarm/settings';
import { type HlsProblem, type ProblemCode, problemAt } from '../problem.ts';
import { type Answer, type ByteRange, type Fetcher, TooLargeError } from './fetcher.ts';

/** Hosts that a listener may load. */
export type MayLoad = (url: URL) => boolean;

/** A resource that was loaded, with its address after redirects. */
export interface Loaded {
  url: URL;
  answer: Answer;
}

const MOST_REDIRECTS = 5;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * Loads a resource and follows redirects, within the hosts that may be loaded.
 * @returns a problem instead of an exception
 * @throws the reason of the signal when it is aborted
 */
export const load = async (
  fetcher: Fetcher,
  mayLoad: MayLoad,
  url: URL,
  options: { asText: boolean; range: ByteRange | null; signal: AbortSignal },
): Promise<Loaded | HlsProblem> => {
  let at = url;
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
    if (at.protocol !== 'http:' && at.protocol !== 'https:')
      return problemAt('bad_url', at, at.protocol);
    if (!mayLoad(at)) return problemAt('other_host', url, at.host);
    let answer: Answer;
    try {
      answer = await fetcher.get(at, options);
    } catch (error) {
      options.signal.throwIfAborted();
      return problemOfError(error, at);
    }
    if (!REDIRECTS.has(answer.status)) {
      if (answer.status === 200 || answer.status === 206) return { url: at, answer };
      return problemAt('http_status', at, null, answer.status);
    }
    const next = answer.location === null ? null : URL.parse(answer.location, at.href);
    if (next === null) return problemAt('bad_url', at, answer.location, answer.status);
    at = next;
  }
  return problemAt('redirects', url);
};

const CODES: Readonly<Record<string, ProblemCode>> = {
  ENOTFOUND: 'dns',
  EAI_AGAIN: 'dns',
  ECONNREFUSED: 'unreachable',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  // Limits of this host, which prove nothing about the origin.
  EADDRNOTAVAIL: 'no_socket',
  EMFILE: 'no_socket',
  ENFILE: 'no_socket',
  ENOBUFS: 'no_socket',
  ETIMEDOUT: 'timeout',
  UND_ERR_CONNECT_TIMEOUT: 'timeout',
  UND_ERR_HEADERS_TIMEOUT: 'timeout',
  UND_ERR_BODY_TIMEOUT: 'timeout',
};

const problemOfError = (error: unknown, url: URL): HlsProblem => {
  if (error instanceof TooLargeError) return problemAt('too_large', url, error.message);
  if (error instanceof DOMException && error.name === 'TimeoutError')
    return problemAt('timeout', url, error.message);
  const first = error instanceof AggregateError ? error.errors[0] : error;
  const code = codeOf(first);
  const detail = code ?? messageOf(first);
  if (code !== null && tlsProblem(code) !== null) return problemAt('tls', url, detail);
  return problemAt(CODES[code ?? ''] ?? 'connection_lost', url, detail);
};
