import { messageOf } from '@livekit-swarm/settings/errors';
import { withoutTokens } from '../failure.ts';
import { ApiRejection } from './api-rejection.ts';

/** A short stable word and a sentence, without secrets. */
export interface ApiError {
  reason: string;
  message: string;
  hint?: string;
}

/** The HTTP status that the API answered with. */
export const statusOf = (error: unknown): number | null =>
  error instanceof Error && 'status' in error && typeof error.status === 'number'
    ? error.status
    : null;

/** Code or message of the error that kept the API from answering. */
export const causeOf = (error: unknown): string => {
  const cause = error instanceof Error ? error.cause : null;
  if (!(cause instanceof Error)) return messageOf(error);
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message;
};

/** Reason, message and hint of a failed API call. */
export const apiErrorOf = (error: unknown): ApiError => {
  if (!(error instanceof ApiRejection))
    return {
      reason: 'unreachable',
      message: `the API cannot be reached: ${withoutTokens(causeOf(error))}`,
    };
  const { reason, message, hint, answer } = error.rejection;
  // `signal_timeout` is the reason of a late join; a late API is unreachable.
  if (reason === 'signal_timeout')
    return { reason: 'unreachable', message: 'the API did not answer in time' };
  if (answer === undefined) return { reason, message: `the API cannot be reached: ${message}` };
  return {
    reason,
    message: `the API answered ${answer.status}: ${message}`,
    ...(hint !== undefined && { hint }),
  };
};
