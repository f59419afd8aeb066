/** Load balancers of signalling that follow the pods of a Service. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findFreePorts } from '@livekit-swarm/host';
import { requireProgram } from '@livekit-swarm/lab';
import { messageOf } from '@livekit-swarm/settings';
import { findTraefik } from '@livekit-swarm/testkit/traefik';
import type { PodDeployment } from './deployment-of-pods.ts';

export interface IngressController extends AsyncDisposable {
  /** URL of the deployment behind it; not on loopback, where participants would look for media, too. */
  url: string;
}

const START_MS = 60_000;

/** Rights of Traefik in one namespace, as its documentation has them. */
const TRAEFIK_RIGHTS = [
  { apiGroups: [''], resources: ['services', 'secrets'], verbs: ['get', 'list', 'watch'] },
  {
    apiGroups: ['discovery.k8s.io'],
    resources: ['endpointslices'],
    verbs: ['list', 'watch'],
  },
  {
    apiGroups: ['networking.k8s.io'],
    resources: ['ingresses'],
    verbs: ['get', 'list', 'watch'],
  },
];

/** Starts Traefik with its provider of Ingresses, which reads the Ingress and the pods from the API server. */
export const startTraefikIngress = async (here: PodDeployment): Promise<IngressController> => {
  const traefik = await findTraefik();
  if (traefik === null) throw new Error('Traefik is not built: npm run traefik');
  const name = 'traefik';
  const metadata = { name, namespace: 'livekit' };
  const group = 'rbac.authorization.k8s.io';
  const items = [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata },
    { apiVersion: `${group}/v1`, kind: 'Role', metadata, rules: TRAEFIK_RIGHTS },
    {
      ...{ apiVersion: `${group}/v1`, kind: 'RoleBinding', metadata },
      subjects: [{ kind: 'ServiceAccount', ...metadata }],
      roleRef: { apiGroup: group, kind: 'Role', name },
    },
  ];
  await here.cluster.kubectl(['apply', '-f', '-'], {
    input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items }),
  });
  const { http: port } = await findFreePorts(here.cluster.nodeAddress, 1);
  const child = spawn(
    traefik,
    [
      `--entryPoints.web.address=${here.cluster.nodeAddress}:${port}`,
      '--providers.kubernetesIngress.namespaces=livekit',
      '--providers.kubernetesIngress.disableClusterScopeResources=true',
      ...['--global.checkNewVersion=false', '--global.sendAnonymousUsage=false'],
    ],
    {
      env: {
        PATH: process.env.PATH,
        KUBECONFIG: await here.cluster.kubeconfigOf('livekit', 'traefik'),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  return await running('Traefik', child, `${here.cluster.nodeAddress}:${port}`, async () => {});
};

const POLL_MS = 300;

/**
 * Starts nginx with an upstream of the pods, and reloads it when they change, as controllers of
 * Ingresses do that use the nginx of a distribution.
 */
export const startNginxIngress = async (
  here: PodDeployment,
  dir: string,
): Promise<IngressController> => {
  const nginx = await requireProgram(['nginx'], 'nginx');
  const { http: port } = await findFreePorts(here.cluster.nodeAddress, 1);
  const listen = `${here.cluster.nodeAddress}:${port}`;
  mkdirSync(dir, { recursive: true });
  const file = join(dir, 'nginx.conf');
  let servers = await here.endpoints();
  writeFileSync(file, nginxConfig(dir, listen, servers));
  const child = spawn(nginx, ['-e', 'stderr', '-p', dir, '-c', file], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const over = new AbortController();
  const follow = async (): Promise<void> => {
    while (!over.signal.aborted) {
      const next = await here.endpoints().catch((error: unknown) => {
        // The API server of a busy host may be late: the next look follows.
        process.stderr.write(`nginx keeps its upstream: ${messageOf(error)}\n`);
        return servers;
      });
      if (next.length > 0 && next.join() !== servers.join()) {
        servers = next;
        writeFileSync(file, nginxConfig(dir, listen, servers));
        child.kill('SIGHUP');
      }
      await sleep(POLL_MS, undefined, { signal: over.signal }).catch(() => {});
    }
  };
  const following = follow();
  return await running('nginx', child, listen, async () => {
    over.abort();
    await following;
  });
};

const nginxConfig = (dir: string, listen: string, servers: readonly string[]): string => {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `  ${name}_temp_path ${dir}/${name};`,
  );
  return `daemon off;
pid ${dir}/pid;
error_log stderr crit;
worker_processes 1;
events {}
http {
  access_log off;
${temporary.join('\n')}
  upstream livekit {
${servers.map((server) => `    server ${server} max_fails=1 fail_timeout=2s;`).join('\n')}
  }
  server {
    listen ${listen};
    # A join carries its tracks and its session description in the URL.
    large_client_header_buffers 4 32k;
    location / {
      proxy_pass http://livekit;
      proxy_http_version 1.1;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection "upgrade";
      proxy_set_header Host $host;
      # A pod that is gone answers no SYN: the next one is tried soon.
      proxy_connect_timeout 2s;
      proxy_read_timeout 1h;
    }
  }
}
`;
};

/** Waits until LiveKit answers through a load balancer; ends the load balancer when it does not. */
const running = async (
  title: string,
  child: ChildProcess,
  listen: string,
  onEnd: () => Promise<void>,
): Promise<IngressController> => {
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-4_000);
    });
  const ended = once(child, 'close');
  const end = async (): Promise<void> => {
    await onEnd();
    // nginx ends its workers, which SIGKILL would leave; Traefik would wait for its connections.
    child.kill(title === 'nginx' ? 'SIGTERM' : 'SIGKILL');
    await ended;
  };
  const deadline = performance.now() + START_MS;
  while (!(await answers(`http://${listen}/`))) {
    if (child.exitCode === null && performance.now() < deadline) {
      await sleep(100);
      continue;
    }
    await end();
    throw new Error(`${title} does not lead to LiveKit: ${output}`);
  }
  return { url: `ws://${listen}`, [Symbol.asyncDispose]: end };
};

const answers = async (url: string): Promise<boolean> => {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(5_000) });
    await response.body?.cancel();
    return response.status === 200;
  } catch {
    return false;
  }
};
