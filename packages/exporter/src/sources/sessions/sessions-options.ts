/** File of the sessions, and limits of its size and age. */
export interface SessionsOptions {
  /** Absolute path of the journal. */
  file: string;
  retentionMs: number;
  maxBytes: number;
}

/** Access to the sessions, by the settings of the exporter. */
export interface SessionAccess {
  /** Returns true while every client needs a token, a user or a certificate. */
  isProtected(): boolean;
}

export const SESSIONS_DEFAULTS = {
  retentionMs: 7 * 86_400_000,
  maxBytes: 2 ** 30,
} as const satisfies Omit<SessionsOptions, 'file'>;
