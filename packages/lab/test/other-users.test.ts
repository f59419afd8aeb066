import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { connectRegistry } from '@livekit-swarm/livekit';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { expect, test } from 'vitest';
import { OPTIONAL_SERVICES } from '../src/cluster/optional-services.ts';
import { startCluster } from '../src/cluster/start-cluster.ts';

await skipWithout(
  'root',
  'redis',
  'haproxy',
  'prometheus',
  'alertmanager',
  'node-exporter',
  'redis-exporter',
  'coturn',
);

const run = promisify(execFile);

/** Output of a shell script run by another user, errors included. */
const asOther = async (script: string): Promise<string> => {
  const user = ['--reuid=65534', '--regid=65534', '--clear-groups'];
  const { stdout } = await run('setpriv', [...user, 'bash', '-c', `(${script}) 2>&1; true`]);
  return stdout;
};

test('other users of the host reach the Redis of a lab, but can neither read nor write', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'swarm-others-'));
  await using cluster = await startCluster({ dir, nodes: 2, with: ['redis-exporter'] });
  const { password, port } = new URL(cluster.redisUrl ?? '');
  expect(password).toMatch(/^[0-9a-f]{48}$/);
  const registry = connectRegistry(cluster.redisUrl ?? '');
  expect((await registry.look()).nodes.size).toBe(2);
  registry.close();

  const hosts = ['127.0.0.1', ...cluster.nodes.flatMap(({ redisHost }) => redisHost ?? [])];
  expect(hosts).toHaveLength(3);
  for (const host of hosts) {
    for (const command of ['KEYS *', 'SET a b', 'CONFIG SET dir /etc', 'EVAL "return 1" 0']) {
      const answer = await asOther(
        `exec 3<>/dev/tcp/${host}/${port}; printf '%s\\r\\nQUIT\\r\\n' '${command}' >&3; timeout 5 head -n 1 <&3`,
      );
      expect(answer).toContain('NOAUTH');
    }
  }

  // No file or argument that another user can read contains the password.
  for (const file of ['redis/redis.conf', 'node-1/node-1.yaml'])
    expect(await asOther(`cat ${join(dir, file)}`)).toContain('Permission denied');
  for (const { name, pid } of cluster.services) {
    expect(await readFile(`/proc/${pid}/cmdline`, 'utf8'), name).not.toContain(password);
    expect(await asOther(`cat /proc/${pid}/environ`), name).toContain('Permission denied');
  }

  // The exporter of Redis has the password.
  const exporter = cluster.service('redis-exporter').url;
  await expect
    .poll(async () => (await fetch(exporter)).text(), { timeout: 10_000 })
    .toContain('redis_up 1');
  await cluster.stop();
  await rm(dir, { recursive: true });
});

/** User and group ids, capabilities, and the right to gain more, from proc_pid_status(5). */
const rightsOf = async (pid: number | null) => {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const field = (name: string): string[] =>
    new RegExp(`^${name}:[ \\t]*(.*)$`, 'm').exec(status)?.[1]?.split(/\s+/).filter(Boolean) ?? [];
  return {
    users: new Set(field('Uid')),
    groups: new Set([...field('Gid'), ...field('Groups')]),
    capabilities: BigInt(`0x${field('CapEff')[0]}`) | BigInt(`0x${field('CapPrm')[0]}`),
    canGain: field('NoNewPrivs')[0] !== '1',
  };
};

test('in a lab of root, every program runs as a separate user', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'swarm-others-'));
  // Ingress must be built, and has a test of its own.
  const services = OPTIONAL_SERVICES.filter((one) => one !== 'ingress');
  await using cluster = await startCluster({ dir, nodes: 1, with: services });
  const programs = ['node-1', ...services].map((name) => cluster.service(name));
  const users = new Map<string, string>();
  for (const { name, pid } of programs) {
    const rights = await rightsOf(pid);
    const [user = ''] = rights.users;
    users.set(name, user);
    expect(rights, name).toEqual({
      users: new Set([user]),
      groups: new Set([user]),
      capabilities: 0n,
      canGain: false,
    });
    expect(Number(user), name).toBeGreaterThan(65_534);
  }
  expect(new Set(users.values()).size).toBe(programs.length);

  // Only the program can write to its data, and only to its data: root writes its configuration
  // again at each start.
  for (const name of ['redis', 'prometheus', 'alertmanager', 'coturn'])
    expect(await stat(join(dir, name, 'data')), name).toMatchObject({
      uid: Number(users.get(name)),
      mode: 0o40700,
    });
  for (const path of ['', 'prometheus.yaml']) {
    const { uid, gid, mode } = await stat(join(dir, 'prometheus', path));
    expect({ uid, gid, writable: mode & 0o022, others: mode & 0o007 }).toEqual({
      uid: 0,
      gid: Number(users.get('prometheus')),
      writable: 0,
      others: 0,
    });
  }

  // A user with access to queries must neither end Prometheus nor make it load another
  // configuration.
  for (const action of ['quit', 'reload']) {
    const request = `POST /-/${action} HTTP/1.0\\r\\n\\r\\n`;
    const port = new URL(cluster.prometheusUrl ?? '').port;
    expect(
      await asOther(
        `exec 3<>/dev/tcp/127.0.0.1/${port}; printf '${request}' >&3; timeout 5 head -n 1 <&3`,
      ),
    ).toContain('403');
  }

  // A program that is killed and started again has the same user and finds its data.
  for (const service of programs) {
    service.signal('SIGKILL');
    await service.ended();
    await service.start();
    expect((await rightsOf(service.pid)).users, service.name).toEqual(
      new Set([users.get(service.name)]),
    );
  }
  await cluster.stop();
  await rm(dir, { recursive: true });
});
