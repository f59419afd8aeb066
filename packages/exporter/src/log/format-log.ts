import { LOG_LEVELS, type Log, type LogEntry, type LogLevel, logTo } from './log.ts';

/** Formats of log lines. */
export type LogFormat = 'logfmt' | 'json';

export interface LogOptions {
  /** Least important level that is written. */
  level: LogLevel;
  format: LogFormat;
  write(line: string): void;
  now?(): Date;
}

/** Create a log whose lines have the fields of Prometheus' exporters: ts, level, component, msg. */
export const createLog = ({
  level: least,
  format,
  write,
  now = () => new Date(),
}: LogOptions): Log => {
  const formatted = format === 'json' ? JSON.stringify : logfmt;
  return logTo(({ level, component, message }: LogEntry) => {
    if (LOG_LEVELS.indexOf(level) < LOG_LEVELS.indexOf(least)) return;
    write(`${formatted({ ts: now().toISOString(), level, component, msg: message })}\n`);
  });
};

const logfmt = (fields: Readonly<Record<string, string>>): string =>
  Object.entries(fields)
    .map(([name, value]) => `${name}=${quoted(value)}`)
    .join(' ');

/** Quote a value that is not one plain word, with the escapes of JSON, as go-logfmt does. */
const quoted = (value: string): string =>
  /^[^\s"=\\\p{Cc}]+$/u.test(value) ? value : JSON.stringify(value);
