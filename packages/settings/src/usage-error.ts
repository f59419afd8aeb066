import { EXIT_CODES } from './exit-codes.ts';

/** Something a person typed cannot be used. `message` says what and what is allowed, `hint` what to type instead. Ends the process with code 2. */
export class UsageError extends Error {
  override readonly name: string = 'UsageError';
  readonly exitCode = EXIT_CODES.usage.code;
  readonly hint: string | null;

  constructor(message: string, hint: string | null = null) {
    super(message);
    this.hint = hint;
  }
}

/** Message and hint in one line, for a list of problems. */
export const explain = (error: UsageError): string =>
  error.hint === null ? error.message : `${error.message}; ${error.hint}`;
