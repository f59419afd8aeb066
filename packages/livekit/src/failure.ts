import { messageOf, SwarmError } from '@livekit-swarm/settings';

/** Reason for which a join, a resume or a reconnect failed. */
export interface Failure {
  /**
   * A short stable word for counting: `unreachable`, `unauthorized`, `ice_timeout`,
   * `server_shutdown`, …
   */
  reason: string;
  /** A sentence for the user. Never contains a token. */
  message: string;
  /** Next step for the user, if known. */
  hint?: string;
  /** True when the same attempt may succeed later. */
  retryable: boolean;
  /** Time before which the same attempt is pointless, as the server states it, ms; absent: unknown. */
  retryAfterMs?: number;
}

/** Converts any thrown value to a failure. */
export const failureOf = (error: unknown): Failure => {
  const message = withoutTokens(messageOf(error));
  if (!(error instanceof SwarmError)) return { reason: 'internal', message, retryable: false };
  const { code, hint } = error;
  return { reason: code, message, ...(hint === null ? {} : { hint }), retryable: false };
};

/**
 * Redacts texts that look like a JSON Web Token (RFC 7519: three base64url parts, the first
 * beginning `eyJ`) and `access_token` parameters: livekit-server quotes a bad token in its 401
 * body.
 */
export const withoutTokens = (text: string): string =>
  text
    .replace(/\beyJ[\w-]*\.[\w-]*(\.[\w-]*)?/g, '<token>')
    .replace(/(access_token=)[^&\s"']+/g, '$1<token>');
