import type { Rejection } from '../rejection.ts';

/** An API call that was not answered by a result. */
export class ApiRejection extends Error {
  override readonly name = 'ApiRejection';
  readonly rejection: Rejection;
  /** HTTP status; null: nothing answered. */
  readonly status: number | null;
  /** Code of Twirp, as `not_found`; null: the error is not one of Twirp. */
  readonly code: string | null;

  constructor(rejection: Rejection, code: string | null, options?: ErrorOptions) {
    super(rejection.message, options);
    this.rejection = rejection;
    this.status = rejection.answer?.status ?? null;
    this.code = code;
  }
}

/**
 * Returns true when the called address does not offer the API: another program than livekit-server
 * answered, and will answer again. An API that is not reached, or whose proxy has no server now, is
 * offered and fails.
 */
export const isWithoutApi = (error: unknown): error is ApiRejection => {
  if (!(error instanceof ApiRejection)) return false;
  const { answer, reason, retryable } = error.rejection;
  return (
    answer !== undefined && !retryable && (answer.who !== 'livekit' || reason === 'wrong_path')
  );
};
