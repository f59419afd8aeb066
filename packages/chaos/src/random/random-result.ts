import type { ExitCode } from '@livekit-swarm/settings';
import { EXIT_CODES } from '@livekit-swarm/settings';
import type { DrawnLine, RandomLine, ShrunkLine } from './random-line.ts';

export const RANDOM_RESULT_SCHEMA = 'livekit-swarm/random/1';

/** Result of a search with random drills. */
export interface RandomResult {
  schema: typeof RANDOM_RESULT_SCHEMA;
  /** Start, ISO 8601. */
  startedAt: string;
  seed: number;
  deployment: string;
  /** Time of all drills, those of shrinking included, ms. */
  durationMs: number;
  exitCode: ExitCode;
  /** Faults that schedules were drawn from. */
  choices: string[];
  drills: DrawnLine[];
  shrunk: ShrunkLine[];
  /** False: its time was not over, and --resume continues it. */
  isComplete: boolean;
  /** Reason for which it ended early; null: it did not, or was interrupted. */
  endedBy: string | null;
  /** File of the history. */
  history: string;
}

/** Least share of the drills that must have a finding. */
const LEAST_DECIDED = 0.5;

/** Exit code of a search: a violation that is not known fails; too little knowledge decides nothing. */
export const exitCodeOfSearch = (
  drills: readonly DrawnLine[],
  isInterrupted: boolean,
): ExitCode => {
  if (isInterrupted) return EXIT_CODES.interrupted.code;
  if (drills.some(({ outcome, isKnown }) => outcome === 'violated' && !isKnown))
    return EXIT_CODES.failed.code;
  if (drills.some(({ outcome }) => outcome === 'error')) return EXIT_CODES.unreachable.code;
  const decided = drills.filter(({ outcome }) => outcome !== 'undecided');
  return decided.length > 0 && decided.length >= LEAST_DECIDED * drills.length
    ? EXIT_CODES.passed.code
    : EXIT_CODES.inconclusive.code;
};

/** Lines of a history by their kind. */
export const linesByType = (
  lines: readonly RandomLine[],
): { drills: DrawnLine[]; shrunk: ShrunkLine[] } => ({
  drills: lines.flatMap((line) => (line.type === 'drill' ? [line] : [])),
  shrunk: lines.flatMap((line) => (line.type === 'shrunk' ? [line] : [])),
});
