import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { urlHost } from '@livekit-swarm/settings';

/** State of a worker that its pages show. */
export interface ShownWorker {
  readonly isRegistered: boolean;
  readonly agentName: string;
  readonly version: string;
  readonly jobs: number;
  /** Load that it reports to the server, from 0 to 1. */
  readonly load: number;
  /** CPU time of the worker and its jobs, s. */
  readonly cpuSeconds: number;
  /** Resident memory of the worker and its jobs. */
  readonly residentBytes: number;
}

/** Pages of a worker, as LiveKit's SDKs serve them. */
export interface WorkerServer {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serve `/` (health), `/worker` and `/metrics` with the names that LiveKit's SDKs use, so that what
 * watches their workers can watch a reference worker.
 * @param port 0: any that is free
 * @throws Error if the port is not free
 */
export const serveWorkerPages = async (
  worker: ShownWorker,
  { host, port }: { host: string; port: number },
): Promise<WorkerServer> => {
  const server = createServer(({ url = '/' }, response) => {
    const { status, type, text } = answer(worker, url.split('?')[0] ?? '/');
    response.writeHead(status, { 'content-type': type }).end(text);
  });
  server.listen(port, host);
  await once(server, 'listening');
  const { port: taken } = server.address() as AddressInfo;
  return {
    url: `http://${urlHost(host)}:${taken}`,
    close: () => close(server),
  };
};

const TEXT = 'text/plain; charset=utf-8';

const answer = (
  worker: ShownWorker,
  path: string,
): { status: number; type: string; text: string } => {
  const { isRegistered, agentName, version, jobs, load } = worker;
  switch (path) {
    case '/':
      return isRegistered
        ? { status: 200, type: TEXT, text: 'OK' }
        : { status: 503, type: TEXT, text: 'not connected to livekit' };
    case '/worker': {
      const page = {
        agent_name: agentName,
        worker_type: 'JT_ROOM',
        worker_load: load,
        active_jobs: jobs,
        sdk_version: version,
      };
      return { status: 200, type: 'application/json', text: JSON.stringify(page) };
    }
    case '/metrics':
      return { status: 200, type: 'text/plain; version=0.0.4', text: metricsOf(worker) };
    default:
      return { status: 404, type: TEXT, text: 'not found' };
  }
};

const metricsOf = ({ jobs, load, cpuSeconds, residentBytes }: ShownWorker): string => {
  const startedAt = (Date.now() / 1_000 - process.uptime()).toFixed(3);
  const metrics = [
    ['lk_agents_active_job_count', 'gauge', jobs],
    ['lk_agents_worker_load', 'gauge', load],
    ['process_start_time_seconds', 'gauge', startedAt],
    ['process_cpu_seconds_total', 'counter', cpuSeconds.toFixed(3)],
    ['process_resident_memory_bytes', 'gauge', residentBytes],
  ];
  return metrics
    .map(([name, type, value]) => `# TYPE ${name} ${type}\n${name} ${value}\n`)
    .join('');
};

const close = async (server: Server): Promise<void> => {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
};
