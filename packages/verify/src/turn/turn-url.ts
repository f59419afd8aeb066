/** URI of a TURN server, RFC 7065. */
export interface TurnUrl {
  url: string;
  host: string;
  port: number;
  transport: 'udp' | 'tcp' | 'tls';
}

/**
 * Parses the URI of a TURN server. Defaults: UDP for turn:, TLS over TCP for turns:, ports 3478 and
 * 5349.
 * @returns null for another kind of URL
 */
export const parseTurnUrl = (url: string): TurnUrl | null => {
  const parts = /^(turns?):(\[[^\]]+\]|[^:?]+)(?::(\d+))?(?:\?transport=(\w+))?$/i.exec(url);
  if (parts === null) return null;
  const [, scheme = '', host = '', port, transport] = parts;
  const secure = scheme.toLowerCase() === 'turns';
  return {
    url,
    host: host.replace(/^\[|\]$/g, ''),
    port: port === undefined ? (secure ? 5349 : 3478) : Number(port),
    transport: secure ? 'tls' : transport?.toLowerCase() === 'tcp' ? 'tcp' : 'udp',
  };
};
