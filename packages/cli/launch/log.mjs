/**
 * Progress goes to stderr: stdout belongs to results.
 *
 * @param {string} line
 */
export const log = (line) => void process.stderr.write(`setup: ${line}\n`);

/** Something is missing or failed; printed without a stack trace. */
export class SetupError extends Error {
  /** @param {string} message what and where. @param {string} hint what to do next. */
  constructor(message, hint) {
    super(message);
    this.name = 'SetupError';
    this.hint = hint;
  }
}

/** The code for it: nothing was started (the table is packages/settings/src/exit-codes.ts). */
export const SETUP_FAILED = 2;
