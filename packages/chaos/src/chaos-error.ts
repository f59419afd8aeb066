import { EXIT_CODES } from '@livekit-swarm/settings';

/** A drill cannot be carried out as it was asked for. */
export class ChaosError extends Error {
  override readonly name = 'ChaosError';
  /** A short stable word: `not-allowed`, `no-member`, `not-available`, `not-healed`, … */
  readonly reason: string;
  /** What to do next. */
  readonly hint: string | null;
  readonly exitCode = EXIT_CODES.unreachable.code;

  constructor(reason: string, message: string, hint: string | null = null, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
    this.hint = hint;
  }
}
