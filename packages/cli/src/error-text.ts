import type { NoRun } from '@livekit-swarm/report';
import { EXIT_CODES, SwarmError } from '@livekit-swarm/settings/errors';

/** Anything that was thrown. A bug in swarm keeps its stack. */
export const swarmErrorOf = (error: unknown): SwarmError =>
  error instanceof SwarmError
    ? error
    : new SwarmError(
        'internal',
        error instanceof Error ? (error.stack ?? error.message) : String(error),
        'this is a bug in swarm: please report it',
        { cause: error },
      );

export const interruptedError = (
  message = 'interrupted before any participant had joined',
): SwarmError => new SwarmError('interrupted', message);

/** `error: what. next step`: for stderr. */
export const formatError = ({ message, hint }: Pick<SwarmError, 'message' | 'hint'>): string => {
  const what = message.trimEnd();
  // Several problems have a line each: with "error:" on every line they would look like several errors.
  const text = what.includes('\n') ? `\n${what.replace(/^/gm, '  ')}` : ` ${what}`;
  return `error:${text}${hint === null ? '' : `\n  → ${hint}`}\n`;
};

/**
 * What reports contain when a run did not take place. Not for usage errors.
 * A deployment that is unreachable or rejected the first participant failed; every other error is inconclusive.
 */
export const noRunOf = (
  { exitCode, code, message, hint }: SwarmError,
  scenario: string,
): NoRun => ({
  scenario,
  verdict: exitCode === EXIT_CODES.unreachable.code ? 'failed' : 'inconclusive',
  exitCode,
  reason: code,
  message,
  hint,
});
