import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Certificate } from '../../authority.ts';
import type { LiveKitConfig } from '../../server/config.ts';
import { plainEnvironment } from '../../server/environment.ts';
import { isAtLeast } from '../../server/version-order.ts';
import { requireProgram } from '../require-program.ts';
import { GRACEFUL_STOP, type ServiceSpec } from '../service-spec.ts';

export interface CoturnPorts {
  /** Port for UDP and TCP. */
  plain: number;
  /** Port for TLS. */
  tls: number;
}

export interface CoturnOptions {
  dir: string;
  ports: CoturnPorts;
  /** Certificate for 127.0.0.1. */
  certificate: Certificate;
  /** Secret from which nodes derive credentials for their clients (TURN REST API). */
  secret: string;
}

/**
 * Name of the file with the secret in the folder of each node. The node reads it, so that no
 * configuration contains the secret.
 */
export const TURN_SECRET_FILE = 'turn-secret';

/**
 * Lifetime of the credentials that nodes give to clients, s. An allocation needs them only at its
 * start.
 */
const CREDENTIAL_TTL_SECONDS = 600;

/**
 * TURN server for a node's configuration; the node announces it to its clients.
 * @param secretFile path of the secret, as the node reads it
 * @param version version of livekit-server: 1.11 has no `secret_file`
 */
export const turnConfig = (
  { plain, tls }: CoturnPorts,
  secret: string,
  secretFile: string,
  version: string,
): LiveKitConfig => {
  const common = {
    host: '127.0.0.1',
    ttl: CREDENTIAL_TTL_SECONDS,
    ...(isAtLeast(version, 1, 13) ? { secret_file: secretFile } : { secret }),
  };
  return {
    rtc: {
      turn_servers: [
        { ...common, port: plain, protocol: 'udp' },
        { ...common, port: plain, protocol: 'tcp' },
        { ...common, port: tls, protocol: 'tls' },
      ],
    },
  };
};

/**
 * Describes coturn: TURN over UDP, TCP and TLS, for clients that cannot reach a node directly. It
 * relays only to this host, where the nodes of a lab are.
 */
export const coturn = async ({
  dir,
  ports,
  certificate,
  secret,
}: CoturnOptions): Promise<ServiceSpec> => {
  const folder = join(dir, 'coturn');
  const lines = [
    'listening-ip=127.0.0.1',
    'relay-ip=127.0.0.1',
    `listening-port=${ports.plain}`,
    `tls-listening-port=${ports.tls}`,
    'cert=certificate.pem',
    'pkey=key.pem',
    'no-tlsv1',
    'no-tlsv1_1',
    'realm=livekit-swarm',
    'use-auth-secret',
    `static-auth-secret=${secret}`,
    'allow-loopback-peers',
    'denied-peer-ip=0.0.0.0-126.255.255.255',
    'denied-peer-ip=128.0.0.0-255.255.255.255',
    'no-multicast-peers',
    'no-tcp-relay',
    'no-dtls',
    'no-cli',
    'fingerprint',
    'userdb=:memory:',
    'pidfile=data/turnserver.pid',
    'log-file=stdout',
  ];
  return {
    name: 'coturn',
    command: await requireProgram(['turnserver'], 'coturn'),
    args: ['-c', 'turnserver.conf'],
    env: plainEnvironment(),
    files: {
      [join(folder, 'turnserver.conf')]: `${lines.join('\n')}\n`,
      [join(folder, 'certificate.pem')]: await readFile(certificate.cert, 'utf8'),
      [join(folder, 'key.pem')]: await readFile(certificate.key, 'utf8'),
    },
    ownUser: { folder, dataFolder: 'data' },
    logFile: join(dir, 'coturn.log'),
    ready: { host: '127.0.0.1', port: ports.plain },
    readyWithinMs: 10_000,
    stopSteps: GRACEFUL_STOP,
    url: `turn:127.0.0.1:${ports.plain}`,
  };
};
