/**
 * Replacement of node:timers/promises that waits with the global timers, which fake time replaces:
 * `vi.mock('node:timers/promises', () => import('@livekit-swarm/testkit/global-sleep'))`.
 */
export const setTimeout = <T = void>(
  ms: number,
  value?: T,
  { signal }: { signal?: AbortSignal; ref?: boolean } = {},
): Promise<T | undefined> =>
  new Promise((resolve, reject) => {
    if (signal?.aborted === true) return reject(signal.reason);
    const stop = (): void => {
      globalThis.clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = globalThis.setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve(value);
    }, ms);
    signal?.addEventListener('abort', stop, { once: true });
  });
