import type { ErrorCode } from '@livekit-swarm/settings';
import type { Failure } from './failure.ts';
import { withoutTokens } from './failure.ts';
import { tlsProblem } from './tls-problem.ts';

/** Why a server rejects a participant, or cannot be reached. */
export interface Rejection extends Failure {
  reason: RejectionCode;
}

export type RejectionCode = Extract<
  ErrorCode,
  | 'unreachable'
  | 'dns_failed'
  | 'no_route'
  | 'no_socket'
  | 'tls'
  | 'signal_timeout'
  | 'bad_request'
  | 'unauthorized'
  | 'forbidden'
  | 'room_not_found'
  | 'room_full'
  | 'server_full'
  | 'server_error'
  | 'rate_limited'
  | 'bad_gateway'
  | 'not_livekit'
>;

/** Texts of livekit-server that distinguish errors with the same status code. */
const mentions = (body: string, text: string) => body.toLowerCase().includes(text);

/**
 * What an HTTP answer to `/rtc…` or `/rtc…/validate` means, where it is not a success. livekit-server answers the WebSocket upgrade and the validate call alike.
 * @param body as received; quoted without tokens
 */
export const failureOfStatus = (status: number, body: string, url: string): Rejection => {
  const said = withoutTokens(body).trim().replace(/\s+/g, ' ').slice(0, 200);
  const quoted = said === '' || said.startsWith('<') ? '' : `: ${said}`;
  const message = (text: string) => `${url} ${text} (HTTP ${status}${quoted})`;
  if (status === 401 && mentions(body, 'permissions denied')) {
    return {
      reason: 'forbidden',
      message: message('does not grant what the token asks for'),
      hint: 'the token needs the roomJoin grant for this room',
      retryable: false,
    };
  }
  switch (status) {
    case 400:
      return {
        reason: 'bad_request',
        message: message('refused the request'),
        hint: 'room or identity may be too long for this server',
        retryable: false,
      };
    case 401:
      return {
        reason: 'unauthorized',
        message: message('does not accept the token'),
        hint: 'check the API key and secret, and that the clocks agree',
        retryable: false,
      };
    case 403:
      return {
        reason: 'forbidden',
        message: message('forbids it'),
        hint: 'the token needs the roomJoin grant for this room; a proxy in front may refuse too',
        retryable: false,
      };
    case 404:
      return mentions(body, 'requested room does not exist')
        ? {
            reason: 'room_not_found',
            message: message('has no such room'),
            hint: 'create the room first, or switch room.auto_create on',
            retryable: false,
          }
        : notLiveKit(message('does not know this path'));
    case 429:
      return {
        reason: 'rate_limited',
        message: message('is rate limiting'),
        hint: 'lower the join rate',
        retryable: true,
      };
    case 503:
      return {
        reason: 'server_full',
        message: message('is at its limit'),
        hint: 'raise limit.num_tracks or limit.bytes_per_sec, or add a node',
        retryable: true,
      };
    case 502:
    case 504:
      return {
        reason: 'bad_gateway',
        message: message('has no server behind the proxy'),
        hint: 'check the load balancer',
        retryable: true,
      };
  }
  if (status >= 500) {
    return mentions(body, 'connection closed by media')
      ? {
          reason: 'room_full',
          message: message('closed the join, as it does when the room is full'),
          hint: 'check room.max_participants and the server log',
          retryable: true,
        }
      : {
          reason: 'server_error',
          message: message('failed'),
          hint: 'look into the server log',
          retryable: true,
        };
  }
  return notLiveKit(message('did not answer as livekit-server does'));
};

export const notLiveKit = (message: string): Rejection => ({
  reason: 'not_livekit',
  message,
  hint: 'check host, port and path; signalling is port 7880 by default',
  retryable: false,
});

/** What an error of the socket, or of name look-up, or of TLS means. */
export const failureOfError = (error: unknown, url: string): Rejection => {
  const root = rootCause(error);
  const code = codeOf(root);
  const detail = withoutTokens(code === '' ? root.message : `${code}: ${root.message}`);
  const tls = failureOfTls(code, tlsDetail(root, detail), url);
  if (tls !== null) return tls;
  // Node's own client gives the parser's code, fetch only a name.
  if (code.startsWith('HPE_') || root.name === 'HTTPParserError')
    return notLiveKit(`${url} does not speak HTTP (${detail})`);
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

/** OpenSSL's own texts quote lines of its source: the code is enough. Of a wrong name, the names that the certificate has. */
const tlsDetail = (error: Error, detail: string): string => {
  const code = codeOf(error);
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

/** Stated where a proxy may be the only way out, and only if one is configured. */
const PROXY_NOTE = Object.entries(process.env).some(
  ([name, value]) => /^https?_proxy$/i.test(name) && value !== '',
)
  ? '; HTTP_PROXY and HTTPS_PROXY are not used, as media could not follow'
  : '';

/** What the load generator's own host refused, before anything reached the network; null for other errors. */
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

/** `fetch` wraps the socket's error; `AggregateError` holds one per address tried: what an address answered matters more than that this host has no route to another. */
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
  errors.find((error: unknown) => failureOfThisHost(codeOf(error), '', '') === null) ?? errors[0];

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
