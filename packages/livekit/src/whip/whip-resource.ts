import type { Failure } from '../failure.ts';
import {
  type EndpointRejection,
  isMediaResource,
  type MediaResource,
  openMediaResource,
  rejectionText,
} from './media-resource.ts';

export interface WhipRequest {
  /** URL of the endpoint of livekit/ingress, http: or https:. */
  url: string;
  /** Secret: key of the stream, sent as bearer token. */
  streamKey: string;
  /** SDP offer. */
  offer: string;
  timeoutMs: number;
}

/**
 * Creates a session at livekit/ingress with an offer (RFC 9725 §4.2).
 * @returns a failure whose reason begins with `whip_`, or names a problem of this host
 */
export const openWhip = async ({
  streamKey,
  ...request
}: WhipRequest): Promise<MediaResource | Failure> => {
  // ingress redirects nothing.
  const opened = await openMediaResource({ ...request, token: streamKey, redirects: 0 });
  return isMediaResource(opened) ? opened : failureOfRefusal(opened);
};

/** Failures of this host, which keep their own reason. */
export const OF_THIS_HOST: ReadonlySet<string> = new Set([
  'dns_failed',
  'no_route',
  'no_socket',
  'tls',
]);

const UNREACHABLE_HINT =
  'ingress needs whip_port, and the nodes its address in ingress.whip_base_url; see that it runs';

const failure = (reason: string, message: string, hint: string, retryable: boolean): Failure => ({
  ...{ reason, message, hint, retryable },
});

const failureOfRefusal = (refusal: EndpointRejection): Failure => {
  switch (refusal.kind) {
    case 'no_answer': {
      const { reason, message, retryable } = refusal.failure;
      return OF_THIS_HOST.has(reason)
        ? refusal.failure
        : failure('whip_unreachable', message, UNREACHABLE_HINT, retryable);
    }
    case 'no_location':
      return failure(
        'whip_no_location',
        `${refusal.url} answered without the URL of a session at the same address (header Location)`,
        'a proxy before the endpoint may remove or rewrite the header',
        false,
      );
    case 'redirect':
      return failure(
        'whip_failed',
        rejectionText(refusal),
        'redirects are not followed: write the address to which it redirects into ingress.whip_base_url',
        false,
      );
    case 'status':
      return failureOfStatus(refusal.status, rejectionText(refusal));
  }
};

const failureOfStatus = (status: number, said: string): Failure => {
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
