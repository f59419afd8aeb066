import type { LiveKitConfig } from './config.ts';

/** First release that serves profiles on `debug_handler.port`; older ones may refuse the key. */
const SINCE = [1, 13, 2] as const;

/**
 * Configuration with which a server serves profiles of itself; nothing for a release that cannot,
 * and for a build whose version is not known.
 */
export const debugConfig = (port: number, version: string): LiveKitConfig =>
  isSince(version) ? { debug_handler: { port } } : {};

const isSince = (version: string): boolean => {
  const parts = /(\d+)\.(\d+)\.(\d+)/.exec(version)?.slice(1).map(Number) ?? [];
  const differing = SINCE.findIndex((part, index) => parts[index] !== part);
  return (
    parts.length > 0 &&
    (differing < 0 || (parts[differing] ?? 0) > (SINCE[differing] ?? Number.POSITIVE_INFINITY))
  );
};

/** Port of the profiler in a configuration; null: it serves none. */
export const debugPortOf = ({ debug_handler: handler }: LiveKitConfig): number | null =>
  typeof handler === 'object' &&
  handler !== null &&
  'port' in handler &&
  typeof handler.port === 'number' &&
  handler.port > 0
    ? handler.port
    : null;
