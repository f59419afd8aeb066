import type { EgressRun } from '../egress/egress-run.ts';
import { type NoRecording, readRecording } from '../media/read-recording.ts';
import type { RecordingFacts } from '../media/recording-facts.ts';
import { checkRecording } from './check-recording.ts';
import type { Defect } from './defect.ts';
import type { Expectation, Limits } from './expectation.ts';

/** A recording, and what is wrong with it. */
export interface JudgedRecording {
  /** Path or address, as it was given. */
  name: string;
  /** null: there is nothing that can be read, or it was not read. */
  facts: RecordingFacts | null;
  expected: Expectation;
  /** null: the file was given. */
  egress: EgressRun | null;
  defects: readonly Defect[];
}

/**
 * Reads a recording of this host, and compares it with what was published.
 * @throws SwarmError `no_program`; the reason of the signal when it is aborted
 */
export const judgeRecording = async (
  file: string,
  expected: Expectation,
  limits: Limits,
  signal: AbortSignal,
): Promise<JudgedRecording> => {
  const facts: RecordingFacts | NoRecording = await readRecording(file, signal);
  return {
    name: file,
    facts: 'code' in facts ? null : facts,
    expected,
    egress: null,
    defects: checkRecording(facts, expected, limits),
  };
};
