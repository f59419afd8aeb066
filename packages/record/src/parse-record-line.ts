import { SwarmError } from '@livekit-swarm/settings';
import type { z } from 'zod';
import { DRILL_EVENT_NAMES } from './drill-line.ts';
import { EVENT_NAMES } from './event-line.ts';
import {
  type HeaderLine,
  headerSchema,
  LINE_SCHEMAS,
  RECORD_SCHEMA,
  type RecordLine,
} from './record.ts';

/**
 * Reads one line of a run record (NDJSON).
 * @param number of the line in its file, from 1; line 1 must be the header
 * @returns the line, or null when its type is not known here: a later version may write more than this one reads
 * @throws SwarmError `bad_record` saying what is wrong with which line
 */
export const parseRecordLine = (text: string, number: number): RecordLine | null => {
  const line = parseObject(text, number);
  if (number === 1 && line.type !== 'header') {
    throw new SwarmError(
      'bad_record',
      'this is not a run record: its first line is no header',
      'give the record.ndjson that a run wrote, or its folder',
    );
  }
  if (line.type === 'header') return parseHeader(line, number);
  const { type } = line;
  if (typeof type !== 'string')
    throw new SwarmError('bad_record', `line ${number} of the record has no type`, DAMAGED);
  if (!isKnownType(type) || isNewerEvent(type, line)) return null;
  const { data, error } = LINE_SCHEMAS[type].safeParse(line);
  if (error === undefined) return data;
  throw new SwarmError('bad_record', `line ${number} of the record, ${issueOf(error)}`, DAMAGED);
};

const isKnownType = (type: string): type is keyof typeof LINE_SCHEMAS =>
  Object.hasOwn(LINE_SCHEMAS, type);

/** An event with a name that only a later version knows. */
const isNewerEvent = (type: string, line: Record<string, unknown>): boolean => {
  const { names, name } =
    type === 'drill'
      ? { names: DRILL_EVENT_NAMES, name: line.what }
      : { names: EVENT_NAMES, name: line.event };
  return (
    (type === 'event' || type === 'drill') &&
    typeof name === 'string' &&
    !names.some((known) => known === name)
  );
};

const DAMAGED = 'the file was damaged after the run; only a record as it was written can be judged';

const parseObject = (text: string, number: number): Record<string, unknown> => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    if (number === 1)
      throw new SwarmError(
        'bad_record',
        'this is not a run record: its first line is not JSON',
        'give the record.ndjson that a run wrote',
      );
    throw new SwarmError('bad_record', `line ${number} of the record is not JSON`, DAMAGED);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw new SwarmError('bad_record', `line ${number} of the record is no object`, DAMAGED);
};

const parseHeader = (line: Record<string, unknown>, number: number): HeaderLine => {
  if (number !== 1)
    throw new SwarmError(
      'bad_record',
      `line ${number} of the record is a second header`,
      'give one record at a time',
    );
  const { schema } = line;
  if (schema !== RECORD_SCHEMA) {
    const version = /^livekit-swarm\/record\/(\d+)$/.exec(String(schema))?.[1];
    throw version === undefined
      ? new SwarmError(
          'bad_record',
          `this is not a run record: its schema is ${JSON.stringify(schema) ?? 'missing'}`,
          `expected ${RECORD_SCHEMA}`,
        )
      : new SwarmError(
          'bad_record',
          `this record was written by a newer version of swarm: ${schema}`,
          `this one reads ${RECORD_SCHEMA}; use the version that wrote it, or a newer one`,
        );
  }
  const result = headerSchema.safeParse(line);
  if (result.error !== undefined)
    throw new SwarmError(
      'bad_record',
      `the header of the record, ${issueOf(result.error)}`,
      DAMAGED,
    );
  return result.data;
};

const issueOf = (error: z.ZodError): string => {
  const [issue] = error.issues;
  return issue === undefined
    ? 'unreadable'
    : `field ${issue.path.join('.') || '(all)'}: ${issue.message}`;
};
