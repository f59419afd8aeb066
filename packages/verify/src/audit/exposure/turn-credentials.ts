import { parseTurnUrl } from '@livekit-swarm/livekit';
import { messageOf } from '@livekit-swarm/settings/errors';
import { type Check, type CheckResult, found, passed, skipped, unknown } from '../../check.ts';
import { isAnnounced } from '../../facts/facts.ts';
import { type AllocationAnswer, askAllocations } from '../../turn/ask-permissions.ts';

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
  const failed = answers.flatMap(({ url, answer }) =>
    typeof answer === 'string' ? [`${url}: ${answer}`] : [],
  );
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

export const turnCredentials: Check = {
  id: 'turn-credentials',
  title: 'TURN relays only for who has its credentials',
  severities: ['error'],
  cause:
    'The TURN server is an open relay: strangers send their traffic through it, at your cost and under your address',
  fix: 'coturn: use-auth-secret (or lt-cred-mech), without no-auth; give the secret to livekit-server or your application alone',
  needs: ['nodes'],
  run: async ({ nodes }, { turn, signal }) => {
    const servers = new Map(
      (await nodes()).flatMap(({ joined }) =>
        isAnnounced(joined)
          ? joined.turnServers.flatMap(({ urls, username }) =>
              urls.map((url) => [url, username] as const),
            )
          : [],
      ),
    );
    for (const url of turn?.urls ?? []) servers.set(url, turn?.username ?? '');
    if (servers.size === 0) return skipped('no TURN server is announced');
    const answers: TurnAnswer[] = [];
    for (const [text, username] of servers) {
      const url = parseTurnUrl(text);
      if (url === null || signal.aborted) continue;
      answers.push({
        url: text,
        answer: await askAllocations(url, { username }).catch((error: unknown) => messageOf(error)),
      });
    }
    return turnCredentialsRule(answers);
  },
};
