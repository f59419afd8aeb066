import type { Verdict } from '@livekit-swarm/analysis';
import { EXIT_CODES, type ExitCode } from '@livekit-swarm/settings';

/** Verdict of a series of drills, and its name, by the exit code of the command. */
export const seriesVerdict = (exitCode: ExitCode): { verdict: Verdict; name: string } => {
  switch (exitCode) {
    case EXIT_CODES.passed.code:
      return { verdict: 'passed', name: 'passed' };
    case EXIT_CODES.inconclusive.code:
      return { verdict: 'inconclusive', name: 'inconclusive' };
    case EXIT_CODES.interrupted.code:
      return { verdict: 'inconclusive', name: 'interrupted' };
    case EXIT_CODES.failed.code:
      return { verdict: 'failed', name: 'failed' };
    default:
      return { verdict: 'failed', name: 'not completed' };
  }
};
