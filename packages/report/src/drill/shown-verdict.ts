import type { DrillResult } from '@livekit-swarm/chaos';
import { EXIT_CODES } from '@livekit-swarm/settings';
import { VERDICT_MARKS, VERDICT_TONES, verdictLabel } from './phrases.ts';
import { exitCodeOfDrill } from './render-json.ts';

/** Verdict of a drill as pages show it. */
export interface ShownVerdict {
  tone: (typeof VERDICT_TONES)[keyof typeof VERDICT_TONES];
  mark: string;
  /** `passed`, `known failure, accepted`. */
  label: string;
}

/** A known failure that does not fail the drill is a warning, as its exit code is 0. */
export const showVerdict = (result: DrillResult, strict: boolean): ShownVerdict => {
  const { verdict } = result;
  const label = verdictLabel(result);
  return verdict === 'failed' && exitCodeOfDrill(result, strict) === EXIT_CODES.passed.code
    ? { tone: VERDICT_TONES.inconclusive, mark: '!', label: `${label}, accepted` }
    : { tone: VERDICT_TONES[verdict], mark: VERDICT_MARKS[verdict], label };
};
