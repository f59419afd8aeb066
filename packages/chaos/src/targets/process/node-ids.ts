const TIMEOUT_MS = 1_000;
const NODE_ID = /\bnode_id="([^"]+)"/;

/** @param metrics as a livekit-server writes them */
export const readNodeId = (metrics: string): string | null => NODE_ID.exec(metrics)?.[1] ?? null;

/** What a livekit-server calls itself, as its metrics say; null when it does not answer. */
export const askNodeId = (metricsUrl: string): Promise<string | null> =>
  fetch(metricsUrl, { signal: AbortSignal.timeout(TIMEOUT_MS) })
    .then(async (response) => (response.ok ? readNodeId(await response.text()) : null))
    .catch(() => null);
