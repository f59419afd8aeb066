import type { Answer } from './post.ts';

/** Properties of a protocol's requests and answers. */
export interface Protocol {
  headers: Readonly<Record<string, string>>;
  /** Returns true if the same request may succeed later. */
  isRetryable(status: number): boolean;
  /** Part of an accepted request that the receiver rejected; null: none. */
  partialRejection?(body: Buffer): PartialRejection | null;
}

export interface PartialRejection {
  /** Number of items that were rejected. */
  rejected: number;
  why: string;
}

/** Outcome of an attempt to send a request. */
export type Outcome =
  | { code: 'delivered' }
  /** `rejected`: number of items; null: all. */
  | { code: 'rejected'; why: string; rejected: number | null }
  | { code: 'retry'; why: string; afterMs: number | null };

export const outcomeOf = (
  { status, body, retryAfterMs }: Answer,
  protocol: Protocol,
  shown: (text: string) => string,
): Outcome => {
  if (status >= 200 && status < 300) {
    const rejection = protocol.partialRejection?.(body) ?? null;
    return rejection === null
      ? { code: 'delivered' }
      : { code: 'rejected', why: shown(rejection.why), rejected: rejection.rejected };
  }
  const why = shown(`HTTP ${status} ${body.toString('utf8')}`);
  return protocol.isRetryable(status)
    ? { code: 'retry', why, afterMs: retryAfterMs }
    : { code: 'rejected', why, rejected: null };
};

export const networkErrorText = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  // For a name with several addresses, Node reports an error per address and no message.
  const first = error instanceof AggregateError ? error.errors[0] : error;
  return first instanceof Error ? first.message : error.message;
};
