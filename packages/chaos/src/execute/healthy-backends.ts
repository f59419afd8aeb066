/** How many servers of LiveKit's backend haproxy holds for healthy, and of how many; null when it does not answer, or says nothing of the kind. */
export const healthyBackends = async (
  metricsUrl: string,
): Promise<{ healthy: number; total: number } | null> => {
  const text = await fetch(metricsUrl, { signal: AbortSignal.timeout(TIMEOUT_MS) }).then(
    (answer) => (answer.ok ? answer.text() : null),
    () => null,
  );
  return text === null ? null : readBackends(text);
};

const TIMEOUT_MS = 2_000;

/** haproxy writes one series for each server and state, 1 for the state that it is in. */
const SERVER_UP =
  /^haproxy_server_status\{(?=[^}]*\bproxy="livekit")[^}]*\bstate="UP"[^}]*\} ([01])$/gm;

/** @param text of haproxy's `/metrics` */
export const readBackends = (text: string): { healthy: number; total: number } | null => {
  const servers = [...text.matchAll(SERVER_UP)].map(([, value]) => value === '1');
  return servers.length === 0
    ? null
    : { healthy: servers.filter((up) => up).length, total: servers.length };
};
