import { isIP } from 'node:net';
import { connect, type SecureVersion } from 'node:tls';
import { type Check, type CheckResult, found, passed, skipped, unknown } from '../../check.ts';
import { turnServersOf } from '../../turn/turn-servers.ts';

const TIMEOUT_MS = 4_000;
/** Errors with which a server refuses a version, or leaves without a word. */
const REFUSALS =
  /^(ERR_SSL_(TLSV1_ALERT_\w+|SSLV3_ALERT_\w+|UNSUPPORTED_PROTOCOL|WRONG_VERSION_NUMBER)|ECONNRESET|EPIPE)$/;

/** Versions that one port speaks. */
export interface SpokenVersions {
  where: string;
  /** Version that a client of today gets; null: no connection. */
  current: string | null;
  /** Version of 1999 or 2006 that it accepts; null: it accepts none. */
  old: string | null;
  /** Error other than a refusal; null: none. */
  error: string | null;
}

export const tlsVersionsRule = (spoken: readonly SpokenVersions[]): CheckResult => {
  const old = spoken.filter((one) => one.old !== null);
  if (old.length > 0)
    return found(
      'error',
      old.map(({ where, old: version }) => `${where} accepts ${version}`),
    );
  const unclear = spoken.filter(({ current, error }) => current === null || error !== null);
  if (unclear.length > 0)
    return unknown(
      unclear.map(({ where, error }) => `${where}: ${error ?? 'no connection'}`).join('; '),
    );
  return passed(
    ...spoken.map(({ where, current }) => `${where}: ${current}; refuses TLS 1.0 and 1.1`),
  );
};

export const tlsVersions: Check = {
  id: 'tls-versions',
  title: 'Signalling and TURN refuse TLS 1.0 and 1.1',
  severities: ['error'],
  cause:
    'The proxy or the TURN server still accepts versions of TLS that RFC 8996 forbids: an attacker on the way can choose them',
  fix: 'nginx: ssl_protocols TLSv1.2 TLSv1.3; HAProxy: ssl-min-ver TLSv1.2; coturn: no-tlsv1 and no-tlsv1_1; livekit-server itself speaks 1.2 and later',
  needs: ['tls'],
  run: async (facts, request) => {
    const { url, port, addresses } = facts;
    const servers = await turnServersOf(facts, request);
    const targets = [
      ...(url.secure
        ? (await addresses()).map(({ address }) => ({
            where: url.ws,
            host: url.host,
            address,
            port,
          }))
        : []),
      ...servers.flatMap(({ url: { transport, host, port: at, url: where } }) =>
        transport === 'tls' ? [{ where, host, address: host, port: at }] : [],
      ),
    ];
    if (targets.length === 0) return skipped('neither signalling nor TURN uses TLS');
    return tlsVersionsRule(
      await Promise.all(
        targets.map(async ({ where, host, address, port: at }): Promise<SpokenVersions> => {
          const today = await speak(host, address, at, ['TLSv1.2', 'TLSv1.3']);
          const old = await speak(host, address, at, ['TLSv1', 'TLSv1.1']);
          const isRefusal = old.version !== null || REFUSALS.test(old.error ?? '');
          return {
            ...{ where: `${where} at ${address}`, current: today.version, old: old.version },
            error: today.error ?? (isRefusal ? null : old.error),
          };
        }),
      ),
    );
  },
};

/** Connects with versions between two, and leaves: nothing is sent. */
const speak = (
  host: string,
  address: string,
  port: number,
  [minVersion, maxVersion]: readonly [SecureVersion, SecureVersion],
): Promise<{ version: string | null; error: string | null }> =>
  new Promise((resolve) => {
    const socket = connect({
      ...{ host: address, port, minVersion, maxVersion, timeout: TIMEOUT_MS },
      // The certificate is the matter of another check; old versions need old ciphers.
      ...{ rejectUnauthorized: false, ciphers: 'DEFAULT@SECLEVEL=0' },
      ...(isIP(host) === 0 && { servername: host }),
    });
    const end = (version: string | null, error: string | null): void => {
      socket.destroy();
      resolve({ version, error });
    };
    socket.once('secureConnect', () => end(socket.getProtocol() ?? 'TLS', null));
    socket.once('timeout', () => end(null, 'ETIMEDOUT'));
    socket.once('error', (error: NodeJS.ErrnoException) => end(null, error.code ?? error.message));
    socket.once('close', () => end(null, 'ECONNRESET'));
  });
