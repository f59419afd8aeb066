import type { AnswerKind } from './answer-kind.ts';
import type { Answer } from './classify.ts';

/**
 * Statement whether browsers join where a program in front, or in the place, of livekit-server gives
 * this answer to a request with the token in a header. Browsers send it in the query, do not follow
 * redirects of a WebSocket, and show no login for one. The tests behind real proxies compare the
 * statement with Chromium.
 * @returns null for an answer of livekit-server itself, which treats all clients alike
 */
export const browsersAt = ({ kind, who }: Pick<Answer, 'kind' | 'who'>): string | null => {
  if (who === 'livekit' && !BY_PROXY.has(kind)) return null;
  return BROWSERS[kind] ?? 'browsers do not join';
};

/** Answers of livekit-server to requests that a proxy changed. */
const BY_PROXY: ReadonlySet<AnswerKind> = new Set([
  'authorization_removed',
  'upgrade_removed',
  'wrong_path',
]);

/** Statements for answers after which some browsers may join. */
const BROWSERS: Partial<Record<AnswerKind, string>> = {
  authorization_removed: 'browsers join',
  bad_request: 'browsers may join, as their requests differ',
  blocked: 'browsers do not join, unless the rule is about the address or the program of this host',
  bot_check: 'browsers do not join, unless they passed the check before',
  header_too_large: 'browsers may join, as they send the token in the URL',
  login_required: 'browsers do not join, unless they are logged in there',
  rate_limited: 'browsers may join, until they reach the limit themselves',
  server_error: 'browsers may join, if the proxy fails only now and then',
};
