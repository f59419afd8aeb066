import { readAnswer } from './answer/http-answer.ts';
import { phraseOf } from './answer/phrases.ts';
import { failureOfError, isUnknownPath, type Rejection, rejectionOf } from './rejection.ts';
import { type Signalling, validateEndpoint } from './signal/endpoint.ts';
import { parseServerUrl } from './url.ts';

export interface ValidateRequest {
  /** ws, wss, http or https. */
  url: string;
  token: string;
  timeoutMs: number;
}

export type Validation = { ok: true; signalling: Signalling } | { ok: false; rejection: Rejection };

/**
 * Asks the server over plain HTTP whether it accepts this token, before participants join.
 * @returns the newest signalling version of the server, or why it rejects the token
 * @throws SwarmError `bad_url`
 */
export const validateAdmission = async (request: ValidateRequest): Promise<Validation> => {
  const { http } = parseServerUrl(request.url);
  const v1 = await askBothWays(http, 'v1', request);
  if (v1 === null) return { ok: true, signalling: 'v1' };
  // A server without /rtc/v1 answers 404 there, as any other web server does: /rtc/validate distinguishes them.
  if (isUnknownPath(v1)) {
    const v0 = await askBothWays(http, 'v0', request);
    return v0 === null ? { ok: true, signalling: 'v0' } : { ok: false, rejection: v0 };
  }
  return { ok: false, rejection: await besideV0(http, v1, request) };
};

/** livekit-client falls back to /rtc for a 404 only: whatever else a proxy does to /rtc/v1 stops users, although the shorter URL of /rtc passes. */
const besideV0 = async (
  base: string,
  rejection: Rejection,
  request: ValidateRequest,
): Promise<Rejection> => {
  const { answer } = rejection;
  if (answer === undefined || answer.who === 'livekit' || !V1_ONLY.has(rejection.reason))
    return rejection;
  if ((await ask(base, 'v0', 'header', request)) !== null) return rejection;
  return {
    ...rejection,
    message: `${rejection.message}; /rtc/validate passes, /rtc/v1/validate with its long query does not`,
  };
};

/** What a proxy may do to one path, or to one length of URL. */
const V1_ONLY: ReadonlySet<Rejection['reason']> = new Set([
  'bad_request',
  'blocked',
  'bot_check',
  'header_too_large',
  'login_required',
  'server_error',
  'url_too_long',
  'web_page',
]);

/** Native SDKs send the token as a header, browsers in the query: where only the second passes, a proxy is the cause. */
const askBothWays = async (
  base: string,
  signalling: Signalling,
  request: ValidateRequest,
): Promise<Rejection | null> => {
  const rejection = await ask(base, signalling, 'header', request);
  const answer = rejection?.answer;
  if (answer === undefined || answer.status !== 401) return rejection;
  if ((await ask(base, signalling, 'query', request)) !== null) return rejection;
  const removed = { ...answer, kind: 'authorization_removed', who: 'proxy' } as const;
  return { reason: removed.kind, ...phraseOf(removed, base), answer: removed };
};

const ask = async (
  base: string,
  signalling: Signalling,
  tokenIn: 'header' | 'query',
  { token, timeoutMs }: ValidateRequest,
): Promise<Rejection | null> => {
  const url = new URL(`${base}${validateEndpoint(signalling)}`);
  if (tokenIn === 'query') url.searchParams.set('access_token', token);
  try {
    const response = await fetch(url, {
      headers: tokenIn === 'header' ? { Authorization: `Bearer ${token}` } : {},
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    });
    const received = await readAnswer(response);
    return received.status === 200 && received.body.trim() === 'success'
      ? null
      : rejectionOf(received, { url: url.href }, base);
  } catch (error) {
    return failureOfError(error, base);
  }
};
