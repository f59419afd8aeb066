import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { connectRegistry } from '@livekit-swarm/livekit';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { expect, test } from 'vitest';
import { startCluster } from '../src/cluster/start-cluster.ts';

await skipWithout('root', 'redis', 'redis-exporter');

const run = promisify(execFile);

/** What a shell of another user prints, errors included. */
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

  // The password is in no file and no argument that another user can read.
  for (const file of ['redis.conf', 'node-1.yaml'])
    expect(await asOther(`cat ${join(dir, file)}`)).toContain('Permission denied');
  for (const { name, pid } of cluster.services) {
    expect(await readFile(`/proc/${pid}/cmdline`, 'utf8'), name).not.toContain(password);
    expect(await asOther(`cat /proc/${pid}/environ`), name).toContain('Permission denied');
  }

  // The exporter of Redis has it.
  const exporter = cluster.service('redis-exporter').url;
  await expect
    .poll(async () => (await fetch(exporter)).text(), { timeout: 10_000 })
    .toContain('redis_up 1');
  await cluster.stop();
  await rm(dir, { recursive: true });
});
