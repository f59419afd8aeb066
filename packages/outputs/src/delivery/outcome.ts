import type { Answer } from './post.ts';

/** Properties of a protocol's requests and answers. */
export interface Protocol {
  headers: Readonly<Record<string, string>>;
  /** Returns true if the same request may succeed later. */
  isRetryable(status: number): boolean;
  /** Description of the part that a receiver rejected of an accepted request; null: none. */
  partialRejection?(body: Buffer): string | null;
}

/** Outcome of an attempt to send a request. */
export type Outcome =
  | { code: 'delivered' }
  | { code: 'rejected'; why: string }
  | { code: 'retry'; why: string; afterMs: number | null };

export const outcomeOf = (
  { status, body, retryAfterMs }: Answer,
  protocol: Protocol,
  shown: (text: string) => string,
): Outcome => {
  if (status >= 200 && status < 300) {
    const rejection = protocol.partialRejection?.(body) ?? null;
    return rejection === null ? { code: 'delivered' } : { code: 'rejected', why: shown(rejection) };
  }
  const why = shown(`HTTP ${status} ${body.toString('utf8')}`);
  return protocol.isRetryable(status)
    ? { code: 'retry', why, afterMs: retryAfterMs }
    : { code: 'rejected', why };
};

export const networkErrorText = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  // For a name with several addresses, Node reports an error per address and no message.
  const first = error instanceof AggregateError ? error.errors[0] : error;
  return first instanceof Error ? first.message : error.message;
};
