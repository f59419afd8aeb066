import { isIP } from 'node:net';
import { usageError } from '@livekit-swarm/settings';

export type SipTransport = 'udp' | 'tcp';

/** Address of a SIP service, without a number. */
export interface SipAddress {
  host: string;
  port: number;
  transport: SipTransport;
}

const DEFAULT_PORT = 5_060;

/**
 * Reads the address of a SIP service: `sip:sip.example.com:5060;transport=tcp`, `sip.example.com`.
 * @throws SwarmError `usage`
 */
export const readSipAddress = (text: string): SipAddress => {
  const hint = 'write sip:sip.example.com:5060, or add ;transport=tcp';
  if (/^sips:/i.test(text) || /;transport=tls$/i.test(text))
    throw usageError(`${text}: SIP over TLS is not supported`, 'use UDP or TCP');
  const parts = /^(?:sip:)?([\w.-]+)(?::(\d{1,5}))?(?:;transport=(udp|tcp))?$/i.exec(text);
  const [, host, port = DEFAULT_PORT, transport = 'udp'] = parts ?? [];
  if (host === undefined || (/^[\d.]+$/.test(host) && isIP(host) !== 4))
    throw usageError(
      text.includes('@')
        ? 'the address has a user or a number'
        : `${text}: not the address of a SIP service`,
      text.includes('@') ? 'leave it out: --number names the numbers' : hint,
    );
  if (Number(port) < 1 || Number(port) > 65_535) throw usageError(`${text}: not a port`, hint);
  return {
    host: host.toLowerCase(),
    port: Number(port),
    transport: transport.toLowerCase() === 'tcp' ? 'tcp' : 'udp',
  };
};

/** The address as text. */
export const sipAddressText = ({ host, port, transport }: SipAddress): string =>
  `sip:${host}:${port}${transport === 'udp' ? '' : `;transport=${transport}`}`;
