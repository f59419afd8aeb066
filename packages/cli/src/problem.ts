import { ChaosError } from '@livekit-swarm/chaos/error';
import { LabError, RunError } from '@livekit-swarm/host';
import type { NoRun } from '@livekit-swarm/report';
import { DeploymentError } from '@livekit-swarm/runner';
import { EXIT_CODES, type ExitCode, UsageError } from '@livekit-swarm/settings';

/** What kept a command from doing its work. */
export interface Problem {
  exitCode: ExitCode;
  /** A short stable word. */
  reason: string;
  message: string;
  /** What to do next. */
  hint: string | null;
}

/** What labs are asked for and can never be. */
const BAD_INPUT: ReadonlySet<string> = new Set(['bad-name', 'bad-cluster']);

/** Anything that was thrown, as something to tell a person. Our own bugs keep their stack. */
export const problemOf = (error: unknown): Problem => {
  if (error instanceof UsageError)
    return { exitCode: error.exitCode, reason: 'usage', message: error.message, hint: error.hint };
  if (error instanceof DeploymentError || error instanceof RunError) {
    return {
      exitCode: error.exitCode,
      reason: error.reason,
      message: error.message,
      hint: error.hint,
    };
  }
  if (error instanceof ChaosError) {
    return {
      exitCode: error.exitCode,
      reason: error.reason,
      message: error.message,
      hint: error.hint,
    };
  }
  if (error instanceof LabError) {
    const { code } = BAD_INPUT.has(error.reason) ? EXIT_CODES.usage : EXIT_CODES.unreachable;
    return { exitCode: code, reason: error.reason, message: error.message, hint: error.hint };
  }
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return {
    exitCode: EXIT_CODES.internalError.code,
    reason: 'internal',
    message,
    hint: 'this is a bug in swarm: please report it',
  };
};

export const interruptedProblem = (): Problem => ({
  exitCode: EXIT_CODES.interrupted.code,
  reason: 'interrupted',
  message: 'interrupted before anybody had joined',
  hint: null,
});

/** `error: what. next step`: for stderr. */
export const formatProblem = ({ message, hint }: Problem): string => {
  const what = message.trimEnd();
  // Several problems come one a line: each under its own "error:" would hide that they belong to one command.
  const text = what.includes('\n') ? `\n${what.replace(/^/gm, '  ')}` : ` ${what}`;
  return `error:${text}${hint === null ? '' : `\n  → ${hint}`}\n`;
};

/**
 * What reports say when there was no run to sum up. Not for bad usage: who mistypes a flag has not said yet what they want.
 * A deployment that refused us failed; anything else leaves the question open.
 */
export const noRunOf = ({ exitCode, reason, message, hint }: Problem, scenario: string): NoRun => ({
  scenario,
  verdict: exitCode === EXIT_CODES.unreachable.code ? 'failed' : 'inconclusive',
  exitCode,
  reason,
  message,
  hint,
});
