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

const DAMAGED = 'the file was damaged after the run; only a record as it was written can be read';

const badRecord = (message: string, hint: string = DAMAGED): SwarmError =>
  new SwarmError('bad_record', message, hint);

/**
 * Reads one line of a run record (NDJSON).
 * @param number of the line in its file, from 1; line 1 must be the header
 * @returns the line, or null if its type or its event is unknown: later versions may add some
 * @throws SwarmError `bad_record` with the number of the line, and its field
 */
export const parseRecordLine = (text: string, number: number): RecordLine | null => {
  const line = parseObject(text, number);
  const { type, event } = line;
  if (number === 1 && type !== 'header')
    throw badRecord(
      'this is not a run record: its first line is not a header',
      'give the record.ndjson that a run wrote, or its folder',
    );
  if (type === 'header') return parseHeader(line, number);
  if (typeof type !== 'string') throw badRecord(`line ${number} of the record has no type`);
  if (!isKnownType(type)) return null;
  if ((type === 'event' || type === 'drill') && typeof event === 'string' && !isKnown(event, type))
    return null;
  const { data, error } = LINE_SCHEMAS[type].safeParse(line);
  if (error === undefined) return data;
  throw badRecord(`line ${number} of the record, ${issueOf(error)}`);
};

const isKnownType = (type: string): type is keyof typeof LINE_SCHEMAS =>
  Object.hasOwn(LINE_SCHEMAS, type);

const EVENTS = { event: new Set<string>(EVENT_NAMES), drill: new Set<string>(DRILL_EVENT_NAMES) };

const isKnown = (event: string, type: keyof typeof EVENTS): boolean => EVENTS[type].has(event);

const parseObject = (text: string, number: number): Record<string, unknown> => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    if (number === 1)
      throw badRecord(
        'this is not a run record: its first line is not JSON',
        'give the record.ndjson that a run wrote',
      );
    throw badRecord(`line ${number} of the record is not JSON`);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw badRecord(`line ${number} of the record is not an object`);
};

const parseHeader = (line: Record<string, unknown>, number: number): HeaderLine => {
  if (number !== 1)
    throw badRecord(`line ${number} of the record is a second header`, 'give one record at a time');
  const { schema } = line;
  if (schema !== RECORD_SCHEMA)
    throw /^livekit-swarm\/record\/\d+$/.test(String(schema))
      ? badRecord(
          `this record was written by a newer version of swarm: ${schema}`,
          `this version reads ${RECORD_SCHEMA}; use the version that wrote it, or a newer one`,
        )
      : badRecord(
          `this is not a run record: its schema is ${JSON.stringify(schema) ?? 'missing'}`,
          `expected ${RECORD_SCHEMA}`,
        );
  const { data, error } = headerSchema.safeParse(line);
  if (error === undefined) return data;
  throw badRecord(`the header of the record, ${issueOf(error)}`);
};

const issueOf = ({ issues: [issue] }: z.ZodError): string =>
  issue === undefined ? 'unreadable' : `field ${issue.path.join('.') || '(all)'}: ${issue.message}`;
