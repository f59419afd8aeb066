import { readAnswer, readText } from '../answer/http-answer.ts';
import { type Failure, withoutTokens } from '../failure.ts';
import type { IceServer } from '../media-plane.ts';
import { failureOfError } from '../rejection.ts';
import { iceServersOf } from './link-header.ts';

/** Session at a WHIP (RFC 9725) or WHEP (draft-ietf-wish-whep) endpoint. */
export interface MediaResource {
  /** SDP answer. */
  answer: string;
  /** URL of the session, from the header Location. It may contain the token. */
  location: string;
  /** STUN and TURN servers, from headers Link (RFC 9725 §4.6). */
  iceServers: readonly IceServer[];
}

export interface MediaRequest {
  /** URL of the endpoint, http: or https:. */
  url: string;
  /** Secret, sent as bearer token; '': requests have none. */
  token: string;
  /** SDP offer. */
  offer: string;
  timeoutMs: number;
  /** Most redirects that are followed, all of them to the same origin. */
  redirects: number;
}

/** Reason why there is no session. `url` is for messages: without query and user info. */
export type EndpointRejection =
  | { kind: 'status'; url: string; status: number; said: string; retryAfterMs: number | null }
  /** A redirect that is not followed: the token is for one origin. `to`: null without a URL. */
  | { kind: 'redirect'; url: string; status: number; said: string; to: string | null }
  | { kind: 'no_location'; url: string }
  /** `mayRemain`: the server may have a session nevertheless. */
  | { kind: 'no_answer'; url: string; failure: Failure; mayRemain: boolean };

/** Time for the end of a session whose answer cannot be read, ms. */
const END_WITHIN_MS = 1_000;

/** Creates a session with an offer (RFC 9725 §4.2). */
export const openMediaResource = async (
  request: MediaRequest,
): Promise<MediaResource | EndpointRejection> => {
  const { token, offer, timeoutMs } = request;
  const signal = AbortSignal.timeout(timeoutMs);
  let { url } = request;
  let location: string | null = null;
  try {
    for (let redirects = 0; ; redirects++) {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/sdp', ...authorization(token) },
        body: offer,
        // Each is checked: it could lead to a host that the rules of this run do not allow.
        redirect: 'manual',
        signal,
      });
      const next = sameOrigin(response.headers.get('location'), url);
      if (KEEPS_METHOD.has(response.status) && next !== null && redirects < request.redirects) {
        await discard(response);
        url = next;
        continue;
      }
      if (response.status !== 201) return await refusalOf(response, url, token);
      if (next === null) {
        await discard(response);
        return { kind: 'no_location', url: shownUrl(url) };
      }
      location = next;
      const iceServers = iceServersOf(response.headers.get('link'));
      return { answer: await readText(response), location: next, iceServers };
    }
  } catch (error) {
    const shown = shownUrl(url);
    const failure = failureOfError(error, shown);
    const mayRemain =
      location === null
        ? failure.reason === 'signal_timeout'
        : (await endMediaResource(location, token, END_WITHIN_MS)) !== null;
    return { kind: 'no_answer', url: shown, failure, mayRemain };
  }
};

export const isMediaResource = (
  opened: MediaResource | EndpointRejection,
): opened is MediaResource => 'location' in opened;

/**
 * Ends a session (RFC 9725 §4.2).
 * @returns null: the endpoint has confirmed it; else the status of its answer, or `no_answer`
 */
export const endMediaResource = async (
  location: string,
  token: string,
  timeoutMs: number,
): Promise<number | 'no_answer' | null> => {
  try {
    const response = await fetch(location, {
      method: 'DELETE',
      headers: authorization(token),
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    });
    await discard(response);
    return response.ok ? null : response.status;
  } catch {
    return 'no_answer';
  }
};

/** URL for messages: query and user info may hold secrets, also those of a redirect. */
const shownUrl = (url: string): string => {
  const { origin, pathname } = new URL(url);
  return pathname === '/' ? origin : `${origin}${pathname}`;
};

/** Redirects that keep method and body (RFC 9110 §15.4). */
const KEEPS_METHOD: ReadonlySet<number> = new Set([307, 308]);

const authorization = (token: string): Record<string, string> =>
  token === '' ? {} : { authorization: `Bearer ${token}` };

/**
 * URL in the header Location; null: there is none. The token is sent to this URL, and so to no
 * other origin than that of the endpoint. User info is not possible beside it.
 */
const sameOrigin = (location: string | null, endpoint: string): string | null => {
  if (location === null || !URL.canParse(location, endpoint)) return null;
  const { href, origin, username, password } = new URL(location, endpoint);
  const isUsable = origin === new URL(endpoint).origin && `${username}${password}` === '';
  return isUsable ? href : null;
};

const refusalOf = async (
  response: Response,
  endpoint: string,
  token: string,
): Promise<EndpointRejection> => {
  const url = shownUrl(endpoint);
  const { status, headers, body } = await readAnswer(response);
  const said = withoutSecret(body, token);
  if (status >= 300 && status < 400) {
    const { location } = headers;
    const to = location === undefined ? null : (URL.parse(location, endpoint)?.origin ?? null);
    return { kind: 'redirect', url, status, said, to };
  }
  return { kind: 'status', url, status, said, retryAfterMs: retryAfterMs(headers['retry-after']) };
};

/** Time in the header Retry-After (RFC 9110 §10.2.3), ms; null: none. */
const retryAfterMs = (text: string | undefined): number | null => {
  if (text === undefined) return null;
  if (/^\d{1,9}$/.test(text.trim())) return Number(text) * 1_000;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : Math.max(0, at - Date.now());
};

/** Ends an answer whose body is not read, so that its connection can be used again. */
const discard = async ({ body }: Response): Promise<void> => {
  await body?.cancel();
};

/** Largest part of an answer that is quoted, characters. */
const QUOTED = 200;

const withoutSecret = (text: string, token: string): string =>
  withoutTokens(token === '' ? text : text.replaceAll(token, '…'))
    .trim()
    .slice(0, QUOTED);

/** Sentence on an answer that is not a session. */
export const rejectionText = ({
  url,
  status,
  said,
}: Extract<EndpointRejection, { status: number }>): string =>
  `${url} refuses the stream (HTTP ${status}${said === '' ? '' : `: ${said}`})`;
