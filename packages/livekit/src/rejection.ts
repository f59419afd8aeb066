import type { ErrorCode } from '@livekit-swarm/settings';
import { codeOf } from '@livekit-swarm/settings';
import type { AnswerKind } from './answer/answer-kind.ts';
import { type Answer, type AnsweredRequest, classifyAnswer } from './answer/classify.ts';
import type { HttpAnswer } from './answer/http-answer.ts';
import { phraseOf } from './answer/phrases.ts';
import type { Failure } from './failure.ts';
import { withoutTokens } from './failure.ts';
import { tlsProblem } from './tls-problem.ts';

/** Reason for which a server rejects a participant, or cannot be reached. */
export interface Rejection extends Failure {
  reason: RejectionCode;
  /** Answer of the program; undefined: no answer. */
  answer?: Answer;
}

export type RejectionCode =
  | AnswerKind
  | Extract<
      ErrorCode,
      'unreachable' | 'dns_failed' | 'no_route' | 'no_socket' | 'tls' | 'signal_timeout'
    >;

/**
 * Makes a rejection from an answer that is not a success: author, meaning and hint. livekit-server
 * answers the WebSocket upgrade and the validate call alike.
 * @param base address of the deployment, for the message
 */
export const rejectionOf = (
  received: HttpAnswer,
  request: AnsweredRequest,
  base: string,
): Rejection => {
  const answer = classifyAnswer(received, request);
  return { reason: answer.kind, ...phraseOf(answer, base), answer };
};

const UNKNOWN_PATH: ReadonlySet<string> = new Set(['not_livekit', 'wrong_path']);

/**
 * Returns true when the answering program may not know the path, as an older livekit-server does
 * not know /rtc/v1.
 */
export const isUnknownPath = ({ reason }: Failure): boolean => UNKNOWN_PATH.has(reason);

/** Maps an error of the socket, of DNS or of TLS to its meaning. */
export const failureOfError = (error: unknown, url: string): Rejection => {
  const root = rootCause(error);
  const code = codeOf(root) ?? '';
  const detail = withoutTokens(code === '' ? root.message : `${code}: ${root.message}`);
  const tls = failureOfTls(code, tlsDetail(root, detail), url);
  if (tls !== null) return tls;
  // Node's own client reports the code of the parser, fetch only a name.
  if (code.startsWith('HPE_') || root.name === 'HTTPParserError')
    return {
      reason: 'not_livekit',
      message: `${url} does not speak HTTP (${detail})`,
      hint: 'check host, port and path; signalling is port 7880 by default',
      retryable: false,
    };
  if (root.name === 'TimeoutError' || code === 'ETIMEDOUT' || code === 'UND_ERR_CONNECT_TIMEOUT') {
    return {
      reason: 'signal_timeout',
      message: `${url} did not answer in time (${detail})`,
      hint: 'check the network and the firewall',
      retryable: true,
    };
  }
  const local = failureOfThisHost(code, detail, url);
  if (local !== null) return local;
  if (code === 'ENOTFOUND') {
    return {
      reason: 'unreachable',
      message: `${url}: DNS has no address for this name (${detail})`,
      hint: `check the spelling of the name, and whether it is published where this host looks names up${PROXY_NOTE}`,
      retryable: true,
    };
  }
  // Fetch standard, "port blocking": 10080 and the like, which browsers refuse as well.
  if (root.message === 'bad port') {
    return {
      reason: 'unreachable',
      message: `cannot reach ${url} (${detail})`,
      hint: 'browsers and fetch block this port (Fetch standard, port blocking): configure another port for the server',
      retryable: false,
    };
  }
  return {
    reason: 'unreachable',
    message: `cannot reach ${url} (${detail})`,
    hint: `check that the server runs and that the address is right${PROXY_NOTE}`,
    retryable: true,
  };
};

/**
 * Detail of a TLS error. The texts of OpenSSL quote its source code, so the code is enough; for a
 * wrong name, the names in the certificate.
 */
const tlsDetail = (error: Error, detail: string): string => {
  const code = codeOf(error) ?? '';
  if (code.startsWith('ERR_SSL')) return code;
  if (code !== 'ERR_TLS_CERT_ALTNAME_INVALID' || !('cert' in error)) return detail;
  const { subjectaltname = 'no name' } = error.cert as { subjectaltname?: string };
  return `${code}: it has ${withoutTokens(subjectaltname).slice(0, 300)}`;
};

const failureOfTls = (code: string, detail: string, url: string): Rejection | null => {
  const problem = tlsProblem(code);
  if (problem === null) return null;
  const message = `no TLS connection to ${url}: ${problem.what} (${detail})`;
  return { reason: 'tls', message, hint: problem.hint, retryable: false };
};

/** Note added when a proxy is configured, because it may be the only path out. */
const PROXY_NOTE = Object.entries(process.env).some(
  ([name, value]) => /^https?_proxy$/i.test(name) && value !== '',
)
  ? '; HTTP_PROXY and HTTPS_PROXY are not used, as media could not follow'
  : '';

/**
 * Failure of the load generator's own host before any packet reached the network; null: another
 * error.
 */
const failureOfThisHost = (code: string, detail: string, url: string): Rejection | null => {
  switch (code) {
    case 'EAI_AGAIN':
    case 'EAI_FAIL':
    case 'EAI_SYSTEM':
    case 'EAI_MEMORY':
      return {
        reason: 'dns_failed',
        message: `the resolver of this host did not look up the name in ${url} (${detail})`,
        hint: 'check the DNS settings of this host: /etc/resolv.conf',
        retryable: true,
      };
    case 'ENETUNREACH':
    case 'ENETDOWN':
    case 'EAFNOSUPPORT':
      return {
        reason: 'no_route',
        message: `this host has no route to ${url} (${detail})`,
        hint: 'check the interfaces and routes of this host: ip route, ip -6 route',
        retryable: true,
      };
    case 'EMFILE':
    case 'ENFILE':
    case 'ENOBUFS':
    case 'ENOMEM':
    case 'EADDRNOTAVAIL':
    case 'EPERM':
    case 'EACCES':
      return {
        reason: 'no_socket',
        message: `this host opened no connection to ${url} (${detail})`,
        hint: 'check the limits of this host (file descriptors, ports, memory) and its firewall',
        retryable: true,
      };
    default:
      return null;
  }
};

/**
 * Cause of an error: `fetch` wraps the error of the socket, and `AggregateError` has one error for
 * each address. The answer of one address takes precedence over the lack of a route to another.
 */
const rootCause = (error: unknown): Error => {
  let current = error instanceof Error ? error : new Error(String(error));
  for (let depth = 0; depth < 5; depth++) {
    const inner: unknown = current instanceof AggregateError ? mostTelling(current) : current.cause;
    if (!(inner instanceof Error)) break;
    current = inner;
  }
  return current;
};

const mostTelling = ({ errors }: AggregateError): unknown =>
  errors.find((error: unknown) => failureOfThisHost(codeOf(error) ?? '', '', '') === null) ??
  errors[0];
