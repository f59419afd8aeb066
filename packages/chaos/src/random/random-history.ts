import {
  appendHistoryLine,
  type History,
  type HistoryKind,
  readHistory,
} from '../history/history.ts';
import { RANDOM_LINE_SCHEMA, type RandomLine, randomLineSchema } from './random-line.ts';

const KIND: HistoryKind<RandomLine> = {
  schema: RANDOM_LINE_SCHEMA,
  line: randomLineSchema,
  command: 'swarm chaos random',
};

/**
 * Reads the history of a search; one that does not exist is empty.
 * @throws SwarmError `invalid_file` for a file with other contents, with the line
 */
export const readRandomHistory = (file: string): History<RandomLine> => readHistory(file, KIND);

/**
 * Appends a line, synced to disk. An incomplete line of a killed process is removed first.
 * @throws SwarmError `record_not_written`
 */
export const appendRandomLine = (file: string, line: RandomLine): void =>
  appendHistoryLine(file, line);
