import type { DrillResult, RepeatVerdict } from '@livekit-swarm/chaos';
import { EXIT_CODES, type ExitCode } from '@livekit-swarm/settings';

const CODES: Readonly<Record<RepeatVerdict, ExitCode>> = {
  passed: EXIT_CODES.passed.code,
  failed: EXIT_CODES.failed.code,
  inconclusive: EXIT_CODES.inconclusive.code,
  void: EXIT_CODES.inconclusive.code,
  interrupted: EXIT_CODES.interrupted.code,
};

/**
 * What a drill ends the process with. A drill that fails in just the ways in which its server is known to fail has told nothing new, and so passes; with
 * `strict` it fails.
 */
export const exitCodeOfDrill = (
  { verdict, knownFailureStatus }: Pick<DrillResult, 'verdict' | 'knownFailureStatus'>,
  strict: boolean,
): ExitCode =>
  verdict === 'failed' && knownFailureStatus === 'known_failure' && !strict
    ? EXIT_CODES.passed.code
    : CODES[verdict];
