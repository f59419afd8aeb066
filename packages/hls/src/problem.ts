/** Reasons for which a playlist, a segment or a key was not loaded. */
export const PROBLEM_CODES = [
  'bad_url',
  'dns',
  'unreachable',
  'no_socket',
  'timeout',
  'tls',
  'connection_lost',
  'http_status',
  'redirects',
  'other_host',
  'too_large',
  'not_playlist',
  'no_variants',
  'no_segments',
  'not_live',
] as const;
export type ProblemCode = (typeof PROBLEM_CODES)[number];

/** A resource that was not loaded, or that is not what a player needs. */
export interface HlsProblem {
  code: ProblemCode;
  /** Address of the resource, without query: it may hold a signature. */
  url: string;
  /** Status of the answer; null: there was none, or it does not matter. */
  status: number | null;
  /** Code of the error, the host, or the beginning of the answer; null: none. */
  detail: string | null;
}

/** Problems that another attempt may solve. */
const PASSING: ReadonlySet<ProblemCode> = new Set([
  'dns',
  'unreachable',
  'no_socket',
  'timeout',
  'connection_lost',
  'no_segments',
]);

/** Returns true if a player asks again: a server that is busy or restarts answers later. */
export const mayPass = ({ code, status }: HlsProblem): boolean =>
  PASSING.has(code) || (code === 'http_status' && (status === 429 || (status ?? 0) >= 500));

/** Address for messages: query and credentials may be secret. */
export const shownUrl = (url: URL): string => `${url.origin}${url.pathname}`;

export const problemAt = (
  code: ProblemCode,
  url: URL,
  detail: string | null = null,
  status: number | null = null,
): HlsProblem => ({ code, url: shownUrl(url), status, detail });
