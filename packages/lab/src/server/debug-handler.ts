import type { LiveKitConfig } from './config.ts';
import { isAtLeast } from './version-order.ts';

/**
 * Configuration with which a server serves profiles of itself; nothing for a release before 1.13.2,
 * which may refuse the key, and for a build whose version is not known.
 */
export const debugConfig = (port: number, version: string): LiveKitConfig =>
  /\d+\.\d+\.\d+/.test(version) && isAtLeast(version, 1, 13, 2) ? { debug_handler: { port } } : {};

/** Port of the profiler in a configuration; null: it serves none. */
export const debugPortOf = ({ debug_handler: handler }: LiveKitConfig): number | null =>
  typeof handler === 'object' &&
  handler !== null &&
  'port' in handler &&
  typeof handler.port === 'number' &&
  handler.port > 0
    ? handler.port
    : null;
