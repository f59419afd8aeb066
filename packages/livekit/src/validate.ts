import { readAnswer } from './answer/http-answer.ts';
import { phraseOf } from './answer/phrases.ts';
import { deploymentAt } from './deployment.ts';
import type { Failure } from './failure.ts';
import { failureOfError, isUnknownPath, type Rejection, rejectionOf } from './rejection.ts';
import { type Signalling, validateEndpoint } from './signal/endpoint.ts';
import { isJoin, joinBySignal } from './signal/signal-join.ts';
import { parseServerUrl } from './url.ts';

export interface ValidateRequest {
  /** Address of the deployment: ws, wss, http or https. */
  url: string;
  token: string;
  timeoutMs: number;
}

export type Validation =
  | {
      ok: true;
      signalling: Signalling;
      /**
       * Reason for which the paths below /rtc do not reach the server, although /rtc itself does.
       * Absent: they reach it.
       */
      belowRtc?: Rejection;
    }
  | { ok: false; rejection: Rejection };

/**
 * Asks the server over plain HTTP whether it accepts this token, before participants join.
 * @returns the newest signalling version of the server, or the rejection of the token
 * @throws SwarmError `bad_url`
 */
export const validateAdmission = async (request: ValidateRequest): Promise<Validation> => {
  const { http } = parseServerUrl(request.url);
  const v1 = await validateBothWays(http, 'v1', request);
  if (v1 === null) return { ok: true, signalling: 'v1' };
  // A server without /rtc/v1 answers 404, like any other web server: /rtc/validate distinguishes
  // them.
  if (isUnknownPath(v1)) {
    const v0 = await validateBothWays(http, 'v0', request);
    if (v0 === null) return { ok: true, signalling: 'v0' };
    return isUnknownPath(v0) ? await joinAtRtc(v0, request) : { ok: false, rejection: v0 };
  }
  return { ok: false, rejection: await besideV0(http, v1, request) };
};

/**
 * Joins at /rtc and leaves at once, like the fallback of livekit-client when a proxy blocks only
 * the paths below /rtc.
 */
const joinAtRtc = async (
  belowRtc: Rejection,
  { url, token, timeoutMs }: ValidateRequest,
): Promise<Validation> => {
  const joined = await joinBySignal(deploymentAt(url, 'v0'), token, timeoutMs);
  // Unless livekit-server rejected the join, the answers to the plain requests contain more.
  if (!isJoin(joined)) return { ok: false, rejection: isOfLiveKit(joined) ? joined : belowRtc };
  joined.leave();
  return { ok: true, signalling: 'v0', belowRtc };
};

/** Returns true when livekit-server itself rejected the join. */
const isOfLiveKit = (failure: Failure | Rejection): failure is Rejection =>
  'answer' in failure &&
  failure.answer?.who === 'livekit' &&
  failure.reason !== 'upgrade_removed' &&
  !isUnknownPath(failure);

/**
 * Adds to a rejection at /rtc/v1 that /rtc passes. livekit-client falls back to /rtc for a 404
 * only, so any other answer of a proxy stops users.
 */
const besideV0 = async (
  base: string,
  rejection: Rejection,
  request: ValidateRequest,
): Promise<Rejection> => {
  const { answer } = rejection;
  if (answer === undefined || answer.who === 'livekit' || !V1_ONLY.has(rejection.reason))
    return rejection;
  if ((await validate(base, 'v0', 'header', request)) !== null) return rejection;
  return {
    ...rejection,
    message: `${rejection.message}; /rtc/validate passes, /rtc/v1/validate with its long query does not`,
  };
};

/** Reasons that may apply to one path, or to one length of URL. */
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

/**
 * Sends the token in a header, like native SDKs, and in the query, like browsers: if only the
 * second passes, a proxy is the cause.
 */
const validateBothWays = async (
  base: string,
  signalling: Signalling,
  request: ValidateRequest,
): Promise<Rejection | null> => {
  const rejection = await validate(base, signalling, 'header', request);
  const answer = rejection?.answer;
  if (answer === undefined || answer.status !== 401) return rejection;
  if ((await validate(base, signalling, 'query', request)) !== null) return rejection;
  const removed = { ...answer, kind: 'authorization_removed', who: 'proxy' } as const;
  return { reason: removed.kind, ...phraseOf(removed, base), answer: removed };
};

const validate = async (
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
