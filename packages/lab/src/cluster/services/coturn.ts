import { join } from 'node:path';
import type { LiveKitConfig } from '../../server/config.ts';
import { plainEnvironment } from '../../server/environment.ts';
import { requireProgram } from '../require-program.ts';
import { GRACEFUL_STOP, type ServiceSpec } from '../service.ts';

export interface CoturnOptions {
  dir: string;
  /** UDP and TCP. */
  port: number;
  /** Secret from which nodes derive credentials for their clients (TURN REST API). */
  secret: string;
}

/** File from which nodes read the secret, so that no configuration contains it. */
const secretFile = (dir: string): string => join(dir, 'turn-secret');

/** The TURN server in a node's configuration; the node passes it on to its clients. */
export const turnConfig = (dir: string, port: number): LiveKitConfig => ({
  rtc: {
    turn_servers: [{ host: '127.0.0.1', port, protocol: 'udp', secret_file: secretFile(dir) }],
  },
});

/** TURN for clients that cannot reach a node directly. It relays to this host only, where the nodes of a lab are. */
export const coturn = async ({ dir, port, secret }: CoturnOptions): Promise<ServiceSpec> => {
  const configFile = join(dir, 'turnserver.conf');
  const lines = [
    'listening-ip=127.0.0.1',
    'relay-ip=127.0.0.1',
    `listening-port=${port}`,
    'realm=livekit-swarm',
    'use-auth-secret',
    `static-auth-secret=${secret}`,
    'allow-loopback-peers',
    'denied-peer-ip=0.0.0.0-126.255.255.255',
    'denied-peer-ip=128.0.0.0-255.255.255.255',
    'no-multicast-peers',
    'no-tcp-relay',
    'no-tls',
    'no-dtls',
    'no-cli',
    'fingerprint',
    `userdb=${join(dir, 'turndb')}`,
    `pidfile=${join(dir, 'turnserver.pid')}`,
    'log-file=stdout',
  ];
  return {
    name: 'coturn',
    command: await requireProgram(['turnserver'], 'coturn'),
    args: ['-c', configFile],
    env: plainEnvironment(),
    files: { [configFile]: `${lines.join('\n')}\n`, [secretFile(dir)]: secret },
    logFile: join(dir, 'coturn.log'),
    ready: { host: '127.0.0.1', port },
    readyWithinMs: 10_000,
    stopSteps: GRACEFUL_STOP,
    url: `turn:127.0.0.1:${port}`,
  };
};
