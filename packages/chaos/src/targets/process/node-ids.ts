const TIMEOUT_MS = 1_000;
const NODE_ID = /\bnode_id="([^"]+)"/;

/** What a livekit-server calls itself, as its metrics say; null when it does not answer. */
export const askNodeId = (metricsUrl: string): Promise<string | null> =>
  fetch(metricsUrl, { signal: AbortSignal.timeout(TIMEOUT_MS) })
    .then(async (response) => (response.ok ? (NODE_ID.exec(await response.text())?.[1] ?? null) : null))
    .catch(() => null);
