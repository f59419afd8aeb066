import { readFileSync } from 'node:fs';

/** Line of livekit-server's log about a session that starts. */
interface SessionStart {
  participantInit: { Identity: string; Reconnect: boolean };
}

/**
 * Identities that joined, as a livekit-server logged it: one for each new session. A session that
 * is resumed is none.
 */
export const joinsInLog = (logFile: string): string[] =>
  readFileSync(logFile, 'utf8')
    .split('\n')
    .filter((line) => line.includes('"starting RTC session"'))
    .map((line) => (JSON.parse(line) as SessionStart).participantInit)
    .flatMap(({ Identity, Reconnect }) => (Reconnect ? [] : [Identity]));
