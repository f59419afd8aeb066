const TIMEOUT_MS = 1_000;
const NODE_ID = /\bnode_id="([^"]+)"/;

/** @param metrics of a livekit-server */
export const readNodeId = (metrics: string): string | null => NODE_ID.exec(metrics)?.[1] ?? null;

/** ID of a livekit-server, from its metrics; null when it does not answer. */
export const askNodeId = (metricsUrl: string): Promise<string | null> =>
  fetch(metricsUrl, { signal: AbortSignal.timeout(TIMEOUT_MS) })
    .then(async (response) => (response.ok ? readNodeId(await response.text()) : null))
    .catch(() => null);
