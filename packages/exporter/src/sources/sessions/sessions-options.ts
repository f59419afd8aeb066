/** Where sessions are kept, and how much of them. */
export interface SessionsOptions {
  /** Absolute path of the journal. */
  file: string;
  retentionMs: number;
  maxBytes: number;
}

/** Of the exporter around it. */
export interface SessionAccess {
  /** Whether every request for sessions has shown a token. */
  needsToken: boolean;
}

export const SESSIONS_DEFAULTS = {
  retentionMs: 7 * 86_400_000,
  maxBytes: 2 ** 30,
} as const satisfies Omit<SessionsOptions, 'file'>;
