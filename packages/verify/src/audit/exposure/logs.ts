import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { type Check, type CheckResult, found, passed, skipped } from '../../check.ts';
import { decodeToken } from '../../checks/token.ts';

/** Token or secret in a line of a log. */
export interface LeakedSecret {
  /** File and number of the line. */
  where: string;
  /** `usable`: a token that is valid still; `secret`: the API secret. */
  what: 'usable' | 'expired' | 'secret';
}

/** Secrets of fewer characters occur at random. */
const SECRET_CHARACTERS = 16;
const TOKEN = /\beyJ[\w-]+\.eyJ[\w-]+\.[\w-]*/g;
/** Findings that are listed; the others are counted. */
const MAX_LISTED = 5;

/** Secrets in a line. */
export const secretsIn = (
  line: string,
  where: string,
  apiSecret: string,
  nowMs: number,
): LeakedSecret[] => [
  ...[...line.matchAll(TOKEN)].flatMap(([token]): LeakedSecret[] => {
    const claims = decodeToken(token);
    if (claims === null) return [];
    const isUsable = claims.exp === undefined || claims.exp * 1_000 > nowMs;
    return [{ where, what: isUsable ? 'usable' : 'expired' }];
  }),
  ...(apiSecret.length >= SECRET_CHARACTERS && line.includes(apiSecret)
    ? [{ where, what: 'secret' } as const]
    : []),
];

export const logsRule = (leaked: readonly LeakedSecret[], lines: number): CheckResult => {
  if (leaked.length === 0) return passed(`neither token nor API secret in ${lines} lines`);
  const texts = leaked.slice(0, MAX_LISTED).map(({ where, what }) => `${where}: ${WORDS[what]}`);
  const more = leaked.length - texts.length;
  return found(
    leaked.every(({ what }) => what === 'expired') ? 'warning' : 'error',
    more > 0 ? [...texts, `and ${more} more`] : texts,
  );
};

const WORDS: Record<LeakedSecret['what'], string> = {
  usable: 'a token that is valid still',
  expired: 'a token that has expired',
  secret: 'the API secret',
};

export const logs: Check = {
  id: 'logs',
  title: 'Logs have neither tokens nor the API secret',
  severities: ['error', 'warning'],
  cause:
    'A proxy logs whole URLs, and browsers put the token of a join into its URL: who reads the log joins as the user',
  fix: 'log the path without the query. nginx: $uri in place of $request in log_format; HAProxy: %HP in place of %r; Caddy: a filter on request>uri',
  needs: [],
  run: async (_facts, { access, logFiles, signal }) => {
    if (logFiles.length === 0)
      return skipped('give logs of the proxy and of the application: --log FILE');
    const leaked: LeakedSecret[] = [];
    let lines = 0;
    for (const file of logFiles) {
      let number = 0;
      for await (const line of createInterface({ input: createReadStream(file), crlfDelay: 1 })) {
        if (signal.aborted) break;
        number++;
        leaked.push(...secretsIn(line, `${file}:${number}`, access.apiSecret, Date.now()));
      }
      lines += number;
    }
    return logsRule(leaked, lines);
  },
};
