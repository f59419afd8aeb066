import { messageOf } from '@livekit-swarm/settings/errors';
import { type Check, type CheckResult, found, passed, skipped, unknown } from '../../check.ts';
import { type AllocationAnswer, askAllocations } from '../../turn/ask-permissions.ts';
import { turnServersOf } from '../../turn/turn-servers.ts';

/** Answer of one TURN server; a text: the reason why it was not asked. */
export interface TurnAnswer {
  url: string;
  answer: AllocationAnswer | string;
}

export const turnCredentialsRule = (answers: readonly TurnAnswer[]): CheckResult => {
  const open = answers.flatMap(({ url, answer }) => {
    if (typeof answer === 'string') return [];
    if (answer.withoutCredentials === null) return [`${url} allocates without credentials`];
    return answer.withoutCredentials === UNAUTHORIZED && answer.withWrongPassword === null
      ? [`${url} allocates with a wrong password`]
      : [];
  });
  if (open.length > 0) return found('error', open);
  const failed = answers.flatMap(({ url, answer }) => {
    if (typeof answer === 'string') return [`${url}: ${answer}`];
    const busy = [answer.withoutCredentials, answer.withWrongPassword].find(
      (code) => code !== null && BUSY.has(code),
    );
    return busy === undefined ? [] : [`${url} is busy, or fails (${busy})`];
  });
  if (failed.length > 0) return unknown(failed.join('; '));
  return passed(
    ...answers.map(({ url, answer }) =>
      typeof answer === 'string'
        ? url
        : `${url} refuses: without credentials (${answer.withoutCredentials}), with a wrong password (${answer.withWrongPassword ?? 'not asked'})`,
    ),
  );
};

const UNAUTHORIZED = 401;
/** Errors that leave open what the server does with a request when it has room, RFC 8656 §18. */
const BUSY: ReadonlySet<number> = new Set([486, 500, 508]);

export const turnCredentials: Check = {
  id: 'turn-credentials',
  title: 'TURN relays only for who has its credentials',
  severities: ['error'],
  cause:
    'The TURN server is an open relay: strangers send their traffic through it, at your cost and under your address',
  fix: 'coturn: use-auth-secret (or lt-cred-mech), without no-auth; give the secret to livekit-server or your application alone',
  needs: ['nodes'],
  run: async (facts, request) => {
    const servers = await turnServersOf(facts, request);
    if (servers.length === 0) return skipped('no TURN server is announced');
    const answers: TurnAnswer[] = [];
    for (const { url, username } of servers) {
      if (request.signal.aborted) break;
      answers.push({
        url: url.url,
        answer: await askAllocations(url, { username }).catch((error: unknown) => messageOf(error)),
      });
    }
    return turnCredentialsRule(answers);
  },
};
