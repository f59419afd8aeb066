import { mkdtemp, readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { createAccess, tokenFile, writeKubeconfig } from './access.ts';

test('each account has its own token, and the groups that give its permissions', () => {
  const access = createAccess('node-7');
  const lines = tokenFile(Object.values(access)).trimEnd().split('\n');
  expect(lines).toHaveLength(4);
  expect(new Set(lines.map((line) => line.split(',')[0])).size).toBe(4);
  expect(lines).toContain(
    `${access.kubelet.token},system:node:node-7,system:node:node-7,"system:nodes"`,
  );
  for (const { token } of Object.values(access)) expect(token).toMatch(/^[\w-]{32}$/);
});

test('a kubeconfig holds all that a client needs, for its owner alone', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'swarm-access-'));
  const authority = join(folder, 'ca.crt');
  await writeFile(authority, 'a certificate');
  const file = join(folder, 'kubeconfig');
  await writeKubeconfig(file, { server: 'https://127.0.0.1:6443', authority }, 'a-token');
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  const config = parse(await readFile(file, 'utf8')) as {
    clusters: { cluster: Record<string, string> }[];
    users: { user: { token: string } }[];
  };
  expect(config.clusters[0]?.cluster).toEqual({
    server: 'https://127.0.0.1:6443',
    'certificate-authority-data': Buffer.from('a certificate').toString('base64'),
  });
  expect(config.users[0]?.user.token).toBe('a-token');
});
