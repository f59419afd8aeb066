/** Node id in metrics: livekit-server puts it into the labels of each of its metrics. */
const NODE_ID = /\bnode_id="(ND_\w{1,60})"/;
const MAX_BYTES = 8 << 20;

/**
 * Read a node's id. It changes with each start of the node, so it is not cached.
 * @throws Error if the URL does not answer, or is not that of a livekit-server
 */
export const readNodeId = async (metricsUrl: string, timeoutMs: number): Promise<string> => {
  // AbortSignal.timeout accepts whole milliseconds only.
  const signal = AbortSignal.timeout(Math.max(1, Math.floor(timeoutMs)));
  const response = await fetch(metricsUrl, { signal, redirect: 'error' });
  if (!response.ok || response.body === null)
    throw new Error(`${metricsUrl} answered ${response.status}`);
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body) {
    text += decoder.decode(chunk, { stream: true });
    const [, id] = NODE_ID.exec(text) ?? [];
    if (id !== undefined) return id;
    if (text.length > MAX_BYTES) break;
  }
  throw new Error(`${metricsUrl} names no node: is it the metrics of a livekit-server?`);
};
