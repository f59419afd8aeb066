/** Part of a resource (EXT-X-BYTERANGE). */
export interface ByteRange {
  offset: number;
  length: number;
}

/** Answer of a server, whole. */
export interface Answer {
  status: number;
  /** Target of a redirect; null: the answer is none. */
  location: string | null;
  /** Headers Date and Last-Modified, ms since 1970; null: absent. Their resolution is a second. */
  dateMs: number | null;
  lastModifiedMs: number | null;
  bytes: number;
  /** Empty unless the text was requested. */
  text: string;
}

/** Requests of one listener. They share connections with no other listener, as those of users. */
export interface Fetcher {
  /**
   * Loads a resource, without following redirects.
   * @param options `asText`: keeps the body, up to `MOST_TEXT_BYTES`; otherwise it is only counted
   * @throws Error of the socket, DNS, TLS, a timeout, or `TooLargeError`
   */
  get(
    url: URL,
    options: { asText: boolean; range: ByteRange | null; signal: AbortSignal },
  ): Promise<Answer>;
  close(): Promise<void>;
}

/** Longest playlist, bytes: one of a day with segments of 2 s has 4 MB. */
export const MOST_TEXT_BYTES = 8_000_000;

/** Thrown for a text above `MOST_TEXT_BYTES`. */
export class TooLargeError extends Error {
  override readonly name = 'TooLargeError';
}
