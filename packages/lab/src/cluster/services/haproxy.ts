import { join } from 'node:path';
import { plainEnvironment } from '../../server/environment.ts';
import { requireProgram } from '../require-program.ts';
import { GRACEFUL_STOP, type ServiceSpec } from '../service-spec.ts';

export interface HaproxyOptions {
  dir: string;
  /** Port for clients. */
  port: number;
  /** Addresses of loopback besides 127.0.0.1 at which it listens. Default: none. */
  addresses?: readonly string[];
  /** Port of the statistics: `/metrics` for Prometheus, `/` for browsers. */
  statsPort: number;
  /** `isLeftOut`: it gets no new connections. */
  backends: readonly { name: string; port: number; isLeftOut?: boolean }[];
  /**
   * Contents of a PEM file with certificate and key: haproxy terminates TLS at `port`. Absent:
   * plain HTTP.
   */
  certificate?: string;
}

/** Name of the file with certificate and key in the folder of the load balancer. */
const CERTIFICATE_FILE = 'certificate.pem';

/**
 * Describes the load balancer. A node that answers anything but 200 on `/` gets no new connections:
 * LiveKit answers 406 there when it has lost its Redis.
 */
export const haproxy = async ({
  dir,
  port,
  addresses = [],
  statsPort,
  backends,
  certificate,
}: HaproxyOptions): Promise<ServiceSpec> => {
  const folder = join(dir, 'haproxy');
  const config = `global
  maxconn 8000

defaults
  mode http
  # A connection to a dead node that no check has found yet goes to the next node.
  retries 3
  option redispatch 1
  timeout connect 2s
  timeout client 60s
  timeout server 60s
  # A WebSocket is a tunnel; LiveKit's clients send a ping every 15 s or less.
  timeout tunnel 1h

frontend livekit
  bind ${['127.0.0.1', ...addresses].map((address) => `${address}:${port}`).join(',')}${certificate === undefined ? '' : ' ssl crt /dev/fd/3 alpn http/1.1'}
  default_backend livekit

backend livekit
  balance roundrobin
  option httpchk GET /
  http-check expect status 200
  # The record states the node of each signal connection.
  http-response set-header x-livekit-backend %s
  default-server inter 1s fall 2 rise 1 on-marked-down shutdown-sessions
${backends.map(serverLine).join('\n')}

frontend stats
  bind 127.0.0.1:${statsPort}
  http-request use-service prometheus-exporter if { path /metrics }
  stats enable
  stats uri /
`;
  return {
    name: 'haproxy',
    // haproxy changes back to its working directory by the full path, whose parent folders are
    // closed to its user; the shell starts it in `/`.
    command: '/bin/sh',
    args: [
      '-c',
      `exec < haproxy.cfg ${certificate === undefined ? '' : `3< ${CERTIFICATE_FILE} `}&& cd / && exec "$0" -db -f /dev/stdin "$@"`,
      await requireProgram(['haproxy'], 'haproxy'),
    ],
    env: plainEnvironment(),
    files: {
      [join(folder, 'haproxy.cfg')]: config,
      ...(certificate === undefined ? {} : { [join(folder, CERTIFICATE_FILE)]: certificate }),
    },
    ownUser: { folder },
    logFile: join(dir, 'haproxy.log'),
    ready: { url: `http://127.0.0.1:${statsPort}/metrics` },
    readyWithinMs: 10_000,
    stopSteps: GRACEFUL_STOP,
    takeOver: (pid) => ['-sf', String(pid)],
    url: `${certificate === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
  };
};

const serverLine = ({ name, port, isLeftOut }: HaproxyOptions['backends'][number]): string =>
  `  server ${name} 127.0.0.1:${port} check${isLeftOut === true ? ' disabled' : ''}`;
