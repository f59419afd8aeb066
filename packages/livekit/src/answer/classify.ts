import { withoutTokens } from '../failure.ts';
import type { AnswerKind } from './answer-kind.ts';
import { type HttpAnswer, MAX_BODY_BYTES } from './http-answer.ts';
import { hasLiveKitHeaders, liveKitText } from './livekit-text.ts';
import { authorOf, type Product, senderOf } from './product.ts';
import { isLogin, type Redirect, redirectOf } from './redirect.ts';

/**
 * Author of an answer. `livekit`: livekit-server, even if a proxy passed the answer on. `proxy`: a
 * program in front of it. `web_server`: a program in its place.
 */
export type Answerer = 'livekit' | 'proxy' | 'web_server' | 'unknown';

/** Author and meaning of an HTTP answer that is not a success. */
export interface Answer {
  who: Answerer;
  kind: AnswerKind;
  status: number;
  /**
   * Program that wrote the answer; for livekit-server, the proxy that passed it on. Null: unnamed.
   */
  product: Product | null;
  /** Target of the redirect, for `redirected` and for redirects to a login. */
  redirect: Redirect | null;
  /** Scheme of `WWW-Authenticate`; livekit-server never sends it. */
  challenge: string | null;
  /** `Retry-After`, s. */
  retryAfterS: number | null;
  /** Text of the answer, or the title of a page, without tokens; at most 200 characters. */
  said: string;
}

export interface AnsweredRequest {
  /** Address of the request; the query does not matter. */
  url: string;
  /** The request asked for a WebSocket. */
  upgrade?: boolean;
}

/** Names author and meaning of an answer. Never throws. */
export const classifyAnswer = (received: HttpAnswer, request: AnsweredRequest): Answer => {
  const answer = { ...received, body: received.body.slice(0, MAX_BODY_BYTES) };
  const own = ownAnswer(answer, request);
  const redirect = redirectOf(answer, request.url);
  const common = {
    status: answer.status,
    redirect,
    challenge: /^\s*([\w-]{1,40})/.exec(answer.headers['www-authenticate'] ?? '')?.[1] ?? null,
    retryAfterS: retryAfter(answer),
  };
  if (own !== null)
    return {
      ...{ who: 'livekit', kind: own.kind, product: senderOf(answer) },
      ...common,
      said: quotable(own.text),
    };
  const product = authorOf(answer) ?? senderOf(answer);
  const kind = foreignKind(answer, request, product, redirect);
  return { who: whoOf(kind, answer, product), kind, product, ...common, said: said(answer) };
};

/** Kind and text of an answer that livekit-server wrote; null: another program wrote it. */
const ownAnswer = (
  answer: HttpAnswer,
  { upgrade = false }: AnsweredRequest,
): { kind: AnswerKind; text: string } | null => {
  const { status, headers, body } = answer;
  // The main port never asks for a password, and redirects only where it cleans a path.
  if (headers['www-authenticate'] !== undefined) return null;
  const known = liveKitText(answer);
  if (known !== null && status >= 400) return known;
  if (!hasLiveKitHeaders(answer) || isPage(body)) return null;
  const text = body.trim();
  switch (status) {
    case 200:
      // The health check of livekit-server, at the root.
      return text === 'OK' ? { kind: 'wrong_path', text } : null;
    case 404:
      if (upgrade && text === '') return { kind: 'upgrade_removed', text };
      return text === '' || text === '404 page not found' ? { kind: 'wrong_path', text } : null;
    case 400:
      return isTooLarge(answer) || isPlainToTls(body) ? null : { kind: 'bad_request', text };
    case 401:
      return { kind: 'unauthorized', text };
    case 500:
      return { kind: 'server_error', text };
    default:
      return null;
  }
};

const foreignKind = (
  answer: HttpAnswer,
  { upgrade = false }: AnsweredRequest,
  product: Product | null,
  redirect: Redirect | null,
): AnswerKind => {
  const { status, headers, body } = answer;
  if (isBotCheck(answer)) return 'bot_check';
  if (redirect !== null) return redirect.to === 'login' ? 'login_required' : 'redirected';
  if (headers['www-authenticate'] !== undefined) return 'login_required';
  if ([200, 401, 403].includes(status) && isPage(body) && isLoginPage(body))
    return 'login_required';
  if (isPlainToTls(body)) return 'tls_required';
  if (status === 414 || /<title>414 /i.test(body) || /\b404\.1[45]\b/.test(body))
    return 'url_too_long';
  if (isTooLarge(answer)) return 'header_too_large';
  // Envoy's answer to an upgrade that its listener does not allow.
  if (upgrade && (status === 426 || (status === 403 && product === 'envoy' && body === '')))
    return 'upgrade_removed';
  if (status >= 200 && status < 300) return isPage(body) ? 'web_page' : 'not_livekit';
  switch (status) {
    case 400:
    case 413:
      return 'bad_request';
    case 401:
      return isPage(body) ? 'login_required' : 'unauthorized';
    case 403:
    case 451:
      return 'blocked';
    case 429:
      return 'rate_limited';
    case 502:
    case 503:
    case 504:
      return 'bad_gateway';
  }
  // Errors of Cloudflare on the way to the origin server.
  if ((status >= 520 && status <= 527) || status === 530) return 'bad_gateway';
  return status >= 500 ? 'server_error' : 'not_livekit';
};

const whoOf = (
  kind: AnswerKind,
  { status, body }: HttpAnswer,
  product: Product | null,
): Answerer => {
  switch (kind) {
    case 'web_page':
      return 'web_server';
    case 'not_livekit':
      if (product === null) return 'unknown';
      return status === 404 ? 'proxy' : 'web_server';
    case 'unauthorized':
    case 'bad_request':
    case 'server_error':
    case 'rate_limited':
      return product !== null || isPage(body) ? 'proxy' : 'unknown';
    default:
      return 'proxy';
  }
};

const isPage = (body: string): boolean => /^\s*(<!doctype|<html|<head|<\?xml|<!--)/i.test(body);

const isLoginPage = (body: string): boolean =>
  /type=["']?password/i.test(body) || isLogin(/<title>([^<]{0,200})/i.exec(body)?.[1] ?? '');

const BOT_PAGES =
  /<title>\s*(just a moment|attention required!|checking your browser|ddos-guard|making sure you(&#39;|'|’)re not a bot)|_incapsula_resource|incapsula incident|challenge-platform\/h\//i;

const isBotCheck = ({ headers, body }: HttpAnswer): boolean =>
  headers['cf-mitigated'] !== undefined ||
  headers['x-amzn-waf-action'] !== undefined ||
  BOT_PAGES.test(body);

const isTooLarge = ({ status, body }: HttpAnswer): boolean =>
  status === 431 ||
  (status >= 400 &&
    /request header or cookie too large|size of a request header field exceeds|request header fields too large|bad request - request too long|size of the request headers is too long/i.test(
      body,
    ));

/** nginx, Go's net/http, Apache. */
const isPlainToTls = (body: string): boolean =>
  /plain HTTP request was sent to HTTPS port|client sent an HTTP request to an HTTPS server|speaking plain HTTP to an SSL-enabled/i.test(
    body,
  );

/** RFC 9110 §10.2.3: seconds, or a date, which is left out. */
const retryAfter = ({ headers }: HttpAnswer): number | null => {
  const value = headers['retry-after']?.trim() ?? '';
  return /^\d{1,7}$/.test(value) ? Number(value) : null;
};

const said = ({ status, body }: HttpAnswer): string => {
  // A successful answer may hold anything: metrics, a file.
  if (!isPage(body) && status < 300) return '';
  if (!isPage(body)) return body.trimStart().startsWith('<') ? '' : quotable(body);
  return quotable(
    /<title>([^<]{0,200})/i.exec(body)?.[1] ?? /<h1>([^<]{0,200})/i.exec(body)?.[1] ?? '',
  );
};

const quotable = (text: string): string =>
  withoutTokens(text)
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim()
    .slice(0, 200);
