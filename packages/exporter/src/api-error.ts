import { type Failure, withoutTokens } from '@livekit-swarm/livekit';

/** A short stable word and a sentence, without secrets. */
export interface ApiError {
  reason: string;
  message: string;
}

/** The HTTP status that the SDK was answered with. */
export const statusOf = (error: unknown): number | null =>
  error instanceof Error && 'status' in error && typeof error.status === 'number'
    ? error.status
    : null;

/** What `fetch` failed with. */
export const causeOf = (error: unknown): string => {
  const cause = error instanceof Error ? error.cause : null;
  if (!(cause instanceof Error)) return error instanceof Error ? error.message : String(error);
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message;
};

const WORDS: Readonly<Record<number, Failure['reason']>> = {
  400: 'bad_request',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_livekit',
  429: 'rate_limited',
  502: 'bad_gateway',
};

/** The SDK throws what the server answered, or what `fetch` threw. */
export const apiErrorOf = (error: unknown): ApiError => {
  const status = statusOf(error);
  if (status !== null) {
    const said = withoutTokens(error instanceof Error ? error.message : '')
      .replace(/\s+/g, ' ')
      .slice(0, 200);
    return {
      reason: WORDS[status] ?? 'server_error',
      message: `the API answered ${status}: ${said}`,
    };
  }
  if (error instanceof Error && error.name === 'TimeoutError')
    return { reason: 'unreachable', message: 'the API did not answer in time' };
  return {
    reason: 'unreachable',
    message: `the API cannot be reached: ${withoutTokens(causeOf(error))}`,
  };
};
