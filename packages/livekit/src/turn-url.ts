/** URI of a TURN server, RFC 7065 §3.1. */
export interface TurnUrl {
  url: string;
  /** Name or address, without brackets. */
  host: string;
  port: number;
  transport: 'udp' | 'tcp' | 'tls';
}

const PATTERN = /^(turns?):(\[[^\]]+\]|[^:?]+)(?::(\d+))?(?:\?transport=(udp|tcp))?$/i;
const DEFAULT_PORTS = { turn: 3478, turns: 5349 } as const;

/**
 * Parses the URI of a TURN server. Defaults: UDP for turn:, TLS over TCP for turns:, ports 3478 and
 * 5349.
 * @returns null for another kind of URL, and for TURN over DTLS, which livekit-server lacks
 */
export const parseTurnUrl = (url: string): TurnUrl | null => {
  const [, scheme, host, port, given] = PATTERN.exec(url) ?? [];
  if (scheme === undefined || host === undefined) return null;
  const secure = scheme.toLowerCase() === 'turns';
  const transport = given?.toLowerCase() ?? (secure ? 'tcp' : 'udp');
  if (secure && transport === 'udp') return null;
  return {
    url,
    host: host.replace(/^\[|\]$/g, ''),
    port: Number(port ?? DEFAULT_PORTS[secure ? 'turns' : 'turn']),
    transport: secure ? 'tls' : transport === 'tcp' ? 'tcp' : 'udp',
  };
};
