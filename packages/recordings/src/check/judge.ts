import { messageOf } from '@livekit-swarm/settings';
import type { EgressRun } from '../egress/egress-run.ts';
import { type NoRecording, readRecording } from '../media/read-recording.ts';
import type { RecordingFacts } from '../media/recording-facts.ts';
import type { OpenFile, Storage } from '../storage/storage.ts';
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
  /** Reason for which its storage did not give it, so that it is not judged; null: none. */
  unread: string | null;
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
    unread: null,
  };
};

/**
 * Reads a recording of a storage. One that the storage does not give for another reason than that it
 * is not there has no defect, and is not judged.
 * @throws as judgeRecording
 */
export const judgeStored = async (
  storage: Storage,
  name: string,
  expected: Expectation,
  limits: Limits,
  signal: AbortSignal,
): Promise<JudgedRecording> => {
  let opened: OpenFile;
  try {
    opened = await storage.open(name, signal);
  } catch (error) {
    signal.throwIfAborted();
    return { name, facts: null, expected, egress: null, defects: [], unread: messageOf(error) };
  }
  await using file = opened;
  return { ...(await judgeRecording(file.path, expected, limits, signal)), name };
};
