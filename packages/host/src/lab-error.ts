/** Something on this machine is missing or would not start. `message` says what and where, `hint` what to do next. */
export class LabError extends Error {
  override readonly name = 'LabError';
  /** A short stable word: `no-program`, `no-go`, `build-failed`, `server-ended`, `not-healthy`, … */
  readonly reason: string;
  readonly hint: string;

  constructor(reason: string, message: string, hint: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
    this.hint = hint;
  }
}
