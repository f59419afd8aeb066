import type { HostSpeed } from './addon.d.ts';
import { loadAddon } from './open-pump.ts';

export type { HostSpeed };

/**
 * Measures the cost of UDP system calls, encryption and timer wake-ups on this host. Blocks for
 * about a quarter of a second.
 * @throws Error when the addon is missing, or UDP on 127.0.0.1 does not work
 */
export const measureHostSpeed = (): HostSpeed => loadAddon().measureHostSpeed();
