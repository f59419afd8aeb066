import { EXIT_CODES } from '@livekit-swarm/settings';

/** Something on this machine kept a run from going on, and it is no bug: the disk is full, the addon is missing. Ends the process with code 1. */
export class RunError extends Error {
  override readonly name = 'RunError';
  readonly exitCode = EXIT_CODES.internalError.code;
  /** A short stable word: `no_worker`, `record`. */
  readonly reason: string;
  /** What to do next. */
  readonly hint: string;

  constructor(reason: string, message: string, hint: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
    this.hint = hint;
  }
}
