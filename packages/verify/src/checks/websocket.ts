import {
  browsersAt,
  deploymentAt,
  type Failure,
  isJoin,
  joinBySignal,
  type Rejection,
} from '@livekit-swarm/livekit';
import { type Check, type CheckResult, found, passed } from '../check.ts';

const TIMEOUT_MS = 6_000;
/** Rejections by a limit, which are unrelated to the WebSocket. */
const LIMITS: ReadonlySet<string> = new Set(['server_full', 'room_full']);

const CAUSE =
  'A proxy in front does not pass the headers Upgrade and Connection on, or buffers answers';

export const websocketRule = (failure: Failure | Rejection | null): CheckResult =>
  failure === null || LIMITS.has(failure.reason)
    ? passed('the upgrade passes, and the server answers a join')
    : found(
        'error',
        [`plain HTTP passes, the WebSocket does not: ${failure.message} (${failure.reason})`],
        failure.hint,
        causeOf(failure),
      );

const causeOf = (failure: Failure | Rejection): string => {
  const answer = 'answer' in failure ? failure.answer : undefined;
  const browsers = answer === undefined ? null : browsersAt(answer);
  return browsers === null ? CAUSE : `${CAUSE}; ${browsers}`;
};

export const websocket: Check = {
  id: 'websocket',
  title: 'The WebSocket of signalling passes the proxy',
  severities: ['error'],
  cause: CAUSE,
  fix: 'pass WebSockets on. nginx: proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade"',
  needs: ['admission'],
  run: async ({ makeRoom, tokenFor }, { access }) => {
    const token = tokenFor(await makeRoom(), 'swarm-verify');
    const joined = await joinBySignal(deploymentAt(access.url, 'v0'), token, TIMEOUT_MS);
    if (!isJoin(joined)) return websocketRule(joined);
    joined.connection.close();
    return websocketRule(null);
  },
};
