import type { Failure } from '../failure.ts';
import { type EndpointRejection, rejectionText } from './media-resource.ts';
import { OF_THIS_HOST } from './whip-resource.ts';

/** Failure of a WHIP or WHEP endpoint of any server, by the status of its answer (RFC 9725 §4.2). */
export const endpointFailure = (refusal: EndpointRejection): Failure => {
  switch (refusal.kind) {
    case 'no_answer': {
      const { reason, message, retryable } = refusal.failure;
      return OF_THIS_HOST.has(reason)
        ? refusal.failure
        : {
            ...{ reason: 'endpoint_unreachable', message, retryable },
            hint: 'check host and port, and that the server runs',
          };
    }
    case 'no_location':
      return {
        reason: 'endpoint_no_location',
        message: `${refusal.url} answered without the URL of a session at the same address (header Location)`,
        hint: 'a proxy before the endpoint may remove or rewrite the header; the token is sent to no other address',
        retryable: false,
      };
    case 'redirect':
      return {
        reason: 'endpoint_redirected',
        message: `${rejectionText(refusal)}${refusal.to === null ? '' : `, to ${refusal.to}`}`,
        hint: 'only redirects of 307 and 308 to the same address are followed, because the token goes with them: give the address to which it redirects',
        retryable: false,
      };
    case 'status': {
      const [reason, hint, retryable] = STATUS[refusal.status] ?? [
        'endpoint_failed',
        'look into the log of the server',
        refusal.status >= 500,
      ];
      return {
        ...{ reason, message: rejectionText(refusal), hint, retryable },
        ...(refusal.retryAfterMs !== null && { retryAfterMs: refusal.retryAfterMs }),
      };
    }
  }
};

const FORMAT_HINT = 'the server takes other codecs: choose another in publish';
const FULL_HINT = 'the server has no capacity left, or shuts down';

/** Reason, next step, and whether the same attempt may succeed later, by status. */
const STATUS: Readonly<
  Record<number, readonly [reason: string, hint: string, retryable: boolean]>
> = {
  401: ['endpoint_unauthorized', 'check the token', false],
  403: ['endpoint_forbidden', 'the token does not permit this stream', false],
  404: [
    'endpoint_not_found',
    'check the path; a player finds a stream once it is published',
    // Players may begin before their publisher.
    true,
  ],
  406: ['endpoint_offer_refused', FORMAT_HINT, false],
  409: [
    'endpoint_conflict',
    'the stream has a publisher already, or none yet: give each its own URL, as with {room}',
    true,
  ],
  415: ['endpoint_offer_refused', FORMAT_HINT, false],
  422: ['endpoint_offer_refused', FORMAT_HINT, false],
  429: ['endpoint_full', FULL_HINT, true],
  503: ['endpoint_full', FULL_HINT, true],
};
