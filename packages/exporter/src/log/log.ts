/** Levels of log lines, the least important first. */
export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** One line of a log, which never contains a secret. */
export interface LogEntry {
  level: LogLevel;
  /** Part of the exporter: `web`, `config`, or the name of a source. */
  component: string;
  message: string;
}

/** Log of one component, for operators. */
export interface Log {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
  /** Return the log of another component. */
  of(component: string): Log;
}

/** Create a log whose entries are written by a function. */
export const logTo = (write: (entry: LogEntry) => void, component = 'exporter'): Log => {
  const at =
    (level: LogLevel) =>
    (message: string): void =>
      write({ level, component, message });
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    of: (other) => logTo(write, other),
  };
};
