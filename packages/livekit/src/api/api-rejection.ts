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

/** Returns whether the API cannot be used where it was called, though the deployment may be well: a proxy answered, or nothing did. */
export const isWithoutApi = (error: unknown): error is ApiRejection =>
  error instanceof ApiRejection &&
  (error.rejection.answer === undefined ||
    error.rejection.answer.who !== 'livekit' ||
    error.rejection.reason === 'wrong_path');
