import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname } from 'node:path';
import { execa } from 'execa';
import { expect } from 'vitest';
import { buildImage } from '../src/index.ts';
import { testWithDocker } from '../src/testing/docker.ts';

const mounts = async (): Promise<string> => readFile('/proc/self/mountinfo', 'utf8');

const controlGroups = async (): Promise<string[]> =>
  (await readdir('/sys/fs/cgroup', { recursive: true })).filter((path) => path.includes('swarm-docker-'));

testWithDocker('an engine of our own runs containers, in a network of its own, and leaves nothing behind', async (start) => {
  const before = { mounts: await mounts(), groups: await controlGroups() };
  const engine = await start();
  const dir = dirname(engine.socketPath);
  expect(dir.startsWith(tmpdir())).toBe(true);
  expect(engine.version).toMatch(/^\d+\.\d+/);

  // Another process of the same machine sees the same engine by what it says of itself, and no container but its own.
  expect((await execa('docker', ['ps', '--all', '--quiet'], { env: engine.env })).stdout).toBe('');

  await buildImage(engine, {
    name: 'swarm-test/busybox:1',
    programs: { '/bin/busybox': '/bin/busybox', '/bin/sleep': '/bin/sleep' },
    texts: { '/srv/index.html': 'hello from a container' },
    folders: { '/data': [65534, 65534] },
    entrypoint: ['/bin/busybox'],
    env: { GREETING: 'two "words"' },
    user: '65534:65534',
    labels: { part: 'web' },
  });
  const label = ['--label', 'com.example.drill=1'];
  await engine.docker([
    'run',
    '--detach',
    '--network',
    'host',
    '--name',
    'web',
    ...label,
    'swarm-test/busybox:1',
    'httpd',
    '-f',
    '-p',
    '127.0.0.1:8080',
    '-h',
    '/srv',
  ]);
  expect(
    await engine.docker([
      'exec',
      'web',
      '/bin/busybox',
      'sh',
      '-c',
      'echo "$GREETING" $(/bin/busybox id -u); echo 1 > /data/written',
    ]),
  ).toBe('two "words" 65534');
  expect(await engine.docker(['ps', '--filter', 'label=com.example.drill', '--format', '{{.Names}}'])).toBe('web');

  // Its port is in the engine's network, not in the machine's.
  const [program = '', ...args] = [...engine.inNetwork, '/bin/busybox', 'wget', '-q', '-O', '-', 'http://127.0.0.1:8080/'];
  const fetched = await execa(program, args);
  expect(fetched.stdout).toBe('hello from a container');
  const port = (await readFile('/proc/net/tcp', 'utf8')).includes('0100007F:1F90');
  expect(port).toBe(false);

  await engine.docker(['kill', 'web']);
  expect(await engine.docker(['inspect', '--format', '{{.State.Status}}', 'web'])).toBe('exited');
  await expect(engine.docker(['inspect', 'nobody'])).rejects.toMatchObject({
    reason: 'docker-failed',
    message: expect.stringContaining('nobody'),
  });

  // A container that runs, and one with a program that does not listen, when the engine is ended.
  await engine.docker(['start', 'web']);
  await engine.docker(['run', '--detach', '--network', 'host', '--entrypoint', '/bin/sleep', 'swarm-test/busybox:1', '4242']);
  const asleep = async (): Promise<boolean> =>
    (await execa('ps', ['-eo', 'args'])).stdout.split('\n').includes('/bin/sleep 4242');
  expect(await asleep()).toBe(true);
  await engine.stop();
  await engine.stop();
  expect(await asleep()).toBe(false);
  expect(existsSync(dir)).toBe(false);
  expect(await mounts()).toBe(before.mounts);
  expect(await controlGroups()).toEqual(before.groups);
});
