import { expect, it } from 'vitest';
import { workerEnvironment } from './worker-environment.ts';

it('passes the variables that a worker needs, and no secret under any name', () => {
  const needed = {
    PATH: '/usr/bin',
    XDG_CACHE_HOME: '/cache',
    NODE_EXTRA_CA_CERTS: '/ca.pem',
    https_proxy: 'http://127.0.0.1:3128',
    LC_ALL: 'C.UTF-8',
    LD_LIBRARY_PATH: '/opt/lib',
    SWARM_TRACE: '1',
  };
  const secrets = {
    LIVEKIT_API_SECRET: 'a',
    LIVEKIT_API_KEY: 'b',
    REDISCLI_AUTH: 'c',
    AWS_SHARED_CREDENTIALS: 'd',
    PGPASS: 'e',
    SWARM_EXPORTER_TOKEN: 'f',
    SWARM_QUEUE: 'redis://:g@10.0.0.5',
    SWARM_QUEUE_KEY: 'h',
  };
  expect(workerEnvironment({ ...needed, ...secrets })).toEqual(needed);
});
