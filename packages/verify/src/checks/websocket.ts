import { deploymentAt, type Failure, isJoin, joinBySignal } from '@livekit-swarm/livekit';
import { type Check, type CheckResult, found, passed } from '../check.ts';

const TIMEOUT_MS = 6_000;
/** Rejections by a limit, which are unrelated to the WebSocket. */
const LIMITS: ReadonlySet<string> = new Set(['server_full', 'room_full']);

export const websocketRule = (failure: Failure | null): CheckResult =>
  failure === null || LIMITS.has(failure.reason)
    ? passed('the upgrade passes, and the server answers a join')
    : found(
        'error',
        [`plain HTTP passes, the WebSocket does not: ${failure.message} (${failure.reason})`],
        failure.hint,
      );

export const websocket: Check = {
  id: 'websocket',
  title: 'The WebSocket of signalling passes the proxy',
  severities: ['error'],
  cause: 'A proxy in front does not pass the headers Upgrade and Connection on, or buffers answers',
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
