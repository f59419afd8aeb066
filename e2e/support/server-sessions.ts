import { readFileSync } from 'node:fs';

/** Of a line of livekit-server's log. */
interface SessionStart {
  participantInit: { Identity: string; Reconnect: boolean };
}

/** Who joined, as a livekit-server logged it: an identity for each new session. A session that is resumed is none. */
export const joinsInLog = (logFile: string): string[] =>
  readFileSync(logFile, 'utf8')
    .split('\n')
    .filter((line) => line.includes('"starting RTC session"'))
    .map((line) => (JSON.parse(line) as SessionStart).participantInit)
    .flatMap(({ Identity, Reconnect }) => (Reconnect ? [] : [Identity]));
