import type { LogLevel } from '@livekit-swarm/record';

/** Entry of the log of a server. */
export interface LogEntry {
  /** Unix time, ms; null: the line does not have it. */
  time: number | null;
  /** Null: below a warning. */
  level: LogLevel | null;
  message: string;
  error: string | null;
  caller: string | null;
}

const LEVELS: Readonly<Record<string, LogLevel>> = {
  warn: 'warn',
  warning: 'warn',
  error: 'error',
  dpanic: 'error',
  panic: 'error',
  fatal: 'error',
};

/** Longest text that is kept, characters. */
const MAX_TEXT = 300;
/** Longest text that is searched for credentials, characters: a server may log whole requests. */
const MAX_SEARCHED = 8_000;

/**
 * Parses a line of the log of livekit-server (zap): with `logging.json: true` one JSON object,
 * otherwise fields between tabs, the last one JSON.
 * @returns null if it is neither, such as a line of a stack trace
 */
export const parseLogLine = (line: string): LogEntry | null => {
  const start = line.indexOf('{');
  const columns = (start < 0 ? line : line.slice(0, start)).split('\t');
  if (columns.length < 4) return start < 0 ? null : fromJson(line.slice(start));
  const [time = '', level = '', , ...rest] = columns;
  const [caller = '', message = ''] = rest.filter((text) => text !== '');
  const fields = start < 0 ? {} : (objectIn(line.slice(start)) ?? {});
  return entryOf({ ...fields, ts: time, level, caller, msg: message });
};

const fromJson = (text: string): LogEntry | null => {
  const fields = objectIn(text);
  return fields === null ? null : entryOf(fields);
};

const objectIn = (text: string): Record<string, unknown> | null => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : null;
  } catch {
    return null;
  }
};

const entryOf = ({ level, ts, time, msg, message, error, caller }: Record<string, unknown>) => {
  const text = textIn(msg) ?? textIn(message);
  if (typeof level !== 'string' || text === null) return null;
  return {
    time: timeIn(ts ?? time),
    level: LEVELS[level.toLowerCase()] ?? null,
    message: text,
    error: textIn(error),
    caller: textIn(caller),
  };
};

/** Unix time, ms, from seconds since 1970 or a date. */
const timeIn = (value: unknown): number | null => {
  const ms = typeof value === 'number' ? value * 1_000 : Date.parse(String(value));
  return Number.isFinite(ms) ? ms : null;
};

const textIn = (value: unknown): string | null =>
  typeof value !== 'string' || value === ''
    ? null
    : withoutCredentials(value.replace(/\s+/g, ' ').slice(0, MAX_SEARCHED)).slice(0, MAX_TEXT);

/**
 * A name of something secret, as in `api_secret=`, `"password": ` and `X-Amz-Signature=`, and its
 * value: in quotes, also escaped ones, or a word.
 */
const NAMED_SECRET =
  /((?:authorization|credential|passw(?:or)?d|secret|signature(?==)|token)[\w-]{0,30}\\{0,3}["']? ?[=:] ?)(?:(\\{0,3}(["']))(?:(?!\3).)+?(?=\\{0,3}\3|$)|(?:(?:Basic|Bearer|Digest) )?[^\s"'\\&,;)}\]]+)/gi;

/** Removes tokens, and users and passwords of URLs, from text that a server logged. */
const withoutCredentials = (text: string): string =>
  text
    .replace(NAMED_SECRET, '$1$2(removed)')
    .replace(/eyJ[\w-]{4,}(?:\.[\w-]*){0,2}/g, '(removed)')
    .replace(/(\b[a-z][a-z\d+.-]{0,20}:\/\/)[^\s/?#]*@/gi, '$1');
