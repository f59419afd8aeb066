/**
 * How media reaches a node. `direct`: UDP. `ice-tcp`: TCP to the node (RFC 6544). `turn-…`: through a TURN server (RFC 8656), which the participant reaches by UDP, TCP
 * or TLS. `auto`: whatever the server offers, ICE selects, as browsers do.
 */
export const PATHS = ['direct', 'ice-tcp', 'turn-udp', 'turn-tcp', 'turn-tls', 'auto'] as const;

export type MediaPath = (typeof PATHS)[number];
