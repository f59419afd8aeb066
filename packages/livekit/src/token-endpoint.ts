import { classifyAnswer } from './answer/classify.ts';
import { type HttpAnswer, readAnswer, readText } from './answer/http-answer.ts';
import { phraseOf } from './answer/phrases.ts';
import { type Failure, withoutTokens } from './failure.ts';
import { failureOfError } from './rejection.ts';
import { parseServerUrl } from './url.ts';

/**
 * Token endpoint of the application, in the form of LiveKit's SDKs (docs.livekit.io, "Endpoint
 * token generation"): POST with `room_name` and `participant_identity`, answered with `server_url`
 * and `participant_token`.
 */
export interface TokenEndpoint {
  url: string;
  /** Headers of the request, by name; values may be secrets. */
  headers: Readonly<Record<string, string>>;
  /** Hosts that the endpoint may name; load is sent to no other. */
  hosts: readonly string[];
}

/** Server and token of one participant. */
export interface Ticket {
  url: string;
  token: string;
}

const failure = (reason: string, message: string, hint: string, retryable: boolean): Failure => ({
  reason,
  message: withoutTokens(message),
  hint,
  retryable,
});

/**
 * Requests the server and the token of one participant.
 * @returns a failure whose reason begins with `token_`, or names a problem of this host
 */
export const askTokenEndpoint = async (
  { url, headers, hosts }: TokenEndpoint,
  { room, identity }: { room: string; identity: string },
  timeoutMs: number,
): Promise<Ticket | Failure> => {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ room_name: room, participant_identity: identity }),
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (!response.ok) return rejected(url, await readAnswer(response));
    const text = await readText(response);
    const ticket = readTicket(url, text);
    return isTicket(ticket) && !hosts.includes(parseServerUrl(ticket.url).host)
      ? elsewhere(url, ticket)
      : ticket;
  } catch (error) {
    return failed(url, error);
  }
};

export const isTicket = (answer: Ticket | Failure): answer is Ticket => 'token' in answer;

const INVALID_HINT = 'answer with JSON: { "server_url": "wss://…", "participant_token": "…" }';

const readTicket = (url: string, text: string): Ticket | Failure => {
  const invalid = (what: string): Failure =>
    failure('token_invalid', `${url} answered ${what}`, INVALID_HINT, false);
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    return invalid('no JSON');
  }
  if (typeof answer !== 'object' || answer === null) return invalid('no JSON object');
  // JSON of protobuf allows both spellings, and so do the SDKs.
  const member = (snake: string, camel: string): unknown => {
    const members: Record<string, unknown> = { ...answer };
    return members[snake] ?? members[camel];
  };
  const token = member('participant_token', 'participantToken');
  const server = member('server_url', 'serverUrl');
  if (typeof token !== 'string' || token === '') return invalid('without participant_token');
  if (typeof server !== 'string') return invalid('without server_url');
  try {
    parseServerUrl(server);
  } catch {
    return invalid('with a server_url that is not the URL of a server');
  }
  return { url: server, token };
};

const elsewhere = (url: string, ticket: Ticket): Failure =>
  failure(
    'token_elsewhere',
    `${url} names ${parseServerUrl(ticket.url).ws}, which is not the deployment of the run`,
    'add it to `servers` of `connect`, or as --token-server, when load may be sent there',
    false,
  );

const rejected = (url: string, received: HttpAnswer): Failure => {
  const { status } = received;
  const answer = classifyAnswer(received, { url });
  const message = (text: string): string =>
    answer.who === 'proxy' ? phraseOf(answer, url).message : `${url} ${text} (HTTP ${status})`;
  if (status === 429)
    return failure('token_rate_limited', message('is rate limiting'), 'lower the join rate', true);
  return status >= 500
    ? failure('token_failed', message('failed'), 'look into its log', true)
    : failure(
        'token_rejected',
        message('rejects the request'),
        'check the headers that it needs, and whether it takes room_name and participant_identity',
        false,
      );
};

/** Failures of this host, which keep their own reason. */
const OF_THIS_HOST: ReadonlySet<string> = new Set(['dns_failed', 'no_route', 'no_socket']);

const failed = (url: string, error: unknown): Failure => {
  const { reason, message, hint, retryable } = failureOfError(error, url);
  if (OF_THIS_HOST.has(reason)) return { reason, message, retryable, ...(hint && { hint }) };
  return reason === 'signal_timeout'
    ? failure('token_timeout', message, 'look at its load and its log', true)
    : failure('token_unreachable', message, hint ?? 'check the URL of the endpoint', retryable);
};
