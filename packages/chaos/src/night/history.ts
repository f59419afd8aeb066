import {
  appendHistoryLine,
  type History,
  type HistoryKind,
  readHistory,
} from '../history/history.ts';
import { NIGHT_LINE_SCHEMA, type NightLine, nightLineSchema } from './night-line.ts';

export type NightHistory = History<NightLine>;

const KIND: HistoryKind<NightLine> = {
  schema: NIGHT_LINE_SCHEMA,
  line: nightLineSchema,
  command: 'swarm chaos night',
};

/**
 * Reads a history; one that does not exist is empty.
 * @throws SwarmError `invalid_file` for a file with other contents, with the line
 */
export const readNightHistory = (file: string): NightHistory => readHistory(file, KIND);

/**
 * Appends a line, synced to disk. An incomplete line of a killed process is removed first.
 * @throws SwarmError `record_not_written`
 */
export const appendNightLine = (file: string, line: NightLine): void =>
  appendHistoryLine(file, line);
