/**
 * Paths of media to a node, from the one that costs least to the one that passes most firewalls.
 */
export const CHECKED_PATHS = ['direct', 'ice-tcp', 'turn-udp', 'turn-tcp', 'turn-tls'] as const;
export type CheckedPath = (typeof CHECKED_PATHS)[number];
