import { readAnswer, readText } from '../answer/http-answer.ts';
import { type Failure, withoutTokens } from '../failure.ts';
import { failureOfError } from '../rejection.ts';

/** Session at a WHIP endpoint (RFC 9725). */
export interface WhipResource {
  /** SDP answer. */
  answer: string;
  /** URL of the session, from the header Location. It contains the key of the stream. */
  location: string;
}

export interface WhipRequest {
  /** URL of the endpoint, http: or https:. */
  url: string;
  /** Secret: key of the stream, sent as bearer token. */
  streamKey: string;
  /** SDP offer. */
  offer: string;
  timeoutMs: number;
}

/**
 * Creates a session with an offer (RFC 9725 §4.2).
 * @returns a failure whose reason begins with `whip_`, or names a problem of this host
 */
export const openWhip = async (request: WhipRequest): Promise<WhipResource | Failure> => {
  const { url, streamKey, offer, timeoutMs } = request;
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/sdp', authorization: `Bearer ${streamKey}` },
      body: offer,
      // A redirect could lead to a host that the rules of this run do not allow.
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (response.status !== 201) {
      const { status, body } = await readAnswer(response);
      return refused(url, status, withoutKey(body, streamKey));
    }
    const location = sessionUrl(response.headers.get('location'), url);
    if (location === null) {
      await discard(response);
      return failure(
        'whip_no_location',
        `${url} answered without the URL of a session at the same address (header Location)`,
        'a proxy before the endpoint may remove or rewrite the header',
        false,
      );
    }
    return { answer: await readText(response), location };
  } catch (error) {
    const rejection = failureOfError(error, url);
    const { reason, message, retryable } = rejection;
    return OF_THIS_HOST.has(reason)
      ? rejection
      : failure('whip_unreachable', message, UNREACHABLE_HINT, retryable);
  }
};

/**
 * URL of a session, from the header Location; null: there is none. The key of the stream is sent to
 * this URL, and so to no other origin than that of the endpoint.
 */
const sessionUrl = (location: string | null, endpoint: string): string | null => {
  if (location === null || !URL.canParse(location, endpoint)) return null;
  const { href, origin } = new URL(location, endpoint);
  return origin === new URL(endpoint).origin ? href : null;
};

/** Ends an answer whose body is not read, so that its connection can be used again. */
const discard = async ({ body }: Response): Promise<void> => {
  await body?.cancel();
};

export const isWhipResource = (opened: WhipResource | Failure): opened is WhipResource =>
  'location' in opened;

/**
 * Ends a session (RFC 9725 §4.2).
 * @returns true: the endpoint has confirmed it
 */
export const endWhip = async (
  location: string,
  streamKey: string,
  timeoutMs: number,
): Promise<boolean> => {
  try {
    const response = await fetch(location, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${streamKey}` },
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    });
    await discard(response);
    return response.ok;
  } catch {
    return false;
  }
};

/** Failures of this host, which keep their own reason. */
const OF_THIS_HOST: ReadonlySet<string> = new Set(['dns_failed', 'no_route', 'no_socket', 'tls']);

const UNREACHABLE_HINT =
  'ingress needs whip_port, and the nodes its address in ingress.whip_base_url; see that it runs';

/** Largest part of an answer that is quoted, characters. */
const QUOTED = 200;

const withoutKey = (text: string, streamKey: string): string =>
  withoutTokens(text.replaceAll(streamKey, '…')).trim().slice(0, QUOTED);

const failure = (reason: string, message: string, hint: string, retryable: boolean): Failure => ({
  ...{ reason, message, hint, retryable },
});

const refused = (url: string, status: number, text: string): Failure => {
  const said = `${url} refuses the stream (HTTP ${status}${text === '' ? '' : `: ${text}`})`;
  if (status >= 300 && status < 400)
    return failure(
      'whip_failed',
      said,
      'redirects are not followed: write the address to which it redirects into ingress.whip_base_url',
      false,
    );
  switch (status) {
    case 401:
    case 403:
    case 404:
      return failure(
        'whip_key_refused',
        said,
        'the key or the path is unknown there: the ingress was deleted, or ingress.whip_base_url names another program',
        false,
      );
    case 406:
    case 415:
      return failure(
        'whip_offer_refused',
        said,
        'livekit/ingress takes one audio in Opus and one video in VP8 or H.264',
        false,
      );
    case 429:
      return failure(
        'whip_full',
        said,
        'ingress has no capacity left: start more of them, or lower its cpu_cost',
        true,
      );
    // Also when livekit-server does not answer ingress in time, and of a proxy without a backend.
    case 503:
      return failure(
        'whip_failed',
        said,
        'ingress shuts down, or cannot reach livekit-server: see its log, and that of Redis',
        true,
      );
    default:
      return failure('whip_failed', said, 'look into the log of ingress', status >= 500);
  }
};
