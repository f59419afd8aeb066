import type { Backends } from '../targets/platform.ts';

const TIMEOUT_MS = 2_000;

/** Servers of LiveKit's backend; null without an answer, or without such a backend. */
export const healthyBackends = async (metricsUrl: string): Promise<Backends | null> => {
  const text = await fetch(metricsUrl, { signal: AbortSignal.timeout(TIMEOUT_MS) }).then(
    (answer) => (answer.ok ? answer.text() : null),
    () => null,
  );
  return text === null ? null : readBackends(text);
};

/** Series of a server and its state in HAProxy's metrics: 1 for the current state. */
const HAPROXY =
  /^haproxy_server_status\{(?=[^}]*\bproxy="livekit")(?=[^}]*\bserver="([^"]*)")[^}]*\bstate="UP"[^}]*\} ([01])$/gm;
/** Series of a server of a service with health checks, in Traefik's metrics. */
const TRAEFIK =
  /^traefik_service_server_up\{(?=[^}]*\bservice="[^"]*livekit[^"]*")(?=[^}]*\burl="(?:\w+:\/\/)?([^"]*)")[^}]*\} ([01])$/gm;

/** @param text metrics of HAProxy or Traefik */
export const readBackends = (text: string): Backends | null => {
  const servers = [HAPROXY, TRAEFIK]
    .flatMap((series) => [...text.matchAll(series)])
    .map(([, name = '', up]) => ({ name, isUp: up === '1' }));
  if (servers.length === 0) return null;
  return {
    healthy: servers.filter(({ isUp }) => isUp).length,
    total: servers.length,
    unhealthy: servers.flatMap(({ name, isUp }) => (isUp ? [] : [name])).sort(),
  };
};
