import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { execa } from 'execa';
import { expect } from 'vitest';
import { buildImage } from '../src/docker/build-image.ts';
import { testWithDocker } from '../src/docker/test-with-docker.ts';

/** Mounts, control groups and processes with the name of an engine's folder. */
const tracesOf = async (dir: string): Promise<string[]> => {
  const mounts = (await readFile('/proc/self/mountinfo', 'utf8')).split('\n');
  const groups = (await readdir('/sys/fs/cgroup'))
    .flatMap((hierarchy) => join('/sys/fs/cgroup', hierarchy, basename(dir)))
    .filter(existsSync);
  const processes = (await execa('ps', ['-eo', 'args'])).stdout.split('\n');
  return [...mounts, ...groups, ...processes].filter((line) => line.includes(basename(dir)));
};

testWithDocker(
  'an engine of our own runs containers, in a network of its own, and leaves nothing behind',
  async ({ start }) => {
    const engine = await start();
    const dir = dirname(engine.socketPath);
    expect(dir.startsWith(tmpdir())).toBe(true);
    expect(engine.version).toMatch(/^\d+\.\d+/);

    // The engine lists only its own containers, and none of another engine on this host.
    expect((await execa('docker', ['ps', '--all', '--quiet'], { env: engine.env })).stdout).toBe(
      '',
    );

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
    expect(
      await engine.docker(['ps', '--filter', 'label=com.example.drill', '--format', '{{.Names}}']),
    ).toBe('web');

    // The port is in the engine's network, not in the host's.
    const [program = '', ...args] = [
      ...engine.inNetwork,
      'curl',
      '--silent',
      'http://127.0.0.1:8080/',
    ];
    const fetched = await execa(program, args);
    expect(fetched.stdout).toBe('hello from a container');
    const port = (await readFile('/proc/net/tcp', 'utf8')).includes('0100007F:1F90');
    expect(port).toBe(false);

    await engine.docker(['kill', 'web']);
    expect(await engine.docker(['inspect', '--format', '{{.State.Status}}', 'web'])).toBe('exited');
    await expect(engine.docker(['inspect', 'unknown'])).rejects.toMatchObject({
      code: 'docker_failed',
      message: expect.stringContaining('unknown'),
    });

    // The engine is ended with a running container, and one with a program that does not listen.
    await engine.docker(['start', 'web']);
    await engine.docker([
      'run',
      '--detach',
      '--network',
      'host',
      '--entrypoint',
      '/bin/sleep',
      'swarm-test/busybox:1',
      '4242',
    ]);
    const asleep = async (): Promise<boolean> =>
      (await execa('ps', ['-eo', 'args'])).stdout.split('\n').includes('/bin/sleep 4242');
    expect(await asleep()).toBe(true);
    expect((await tracesOf(dir)).length).toBeGreaterThan(3);
    await engine.stop();
    await engine.stop();
    expect(await asleep()).toBe(false);
    expect(existsSync(dir)).toBe(false);
    expect(await tracesOf(dir)).toEqual([]);
  },
);

testWithDocker(
  'what a killed process left of its engine is removed by the next',
  async ({ start }) => {
    const script =
      "import { startDocker } from '@livekit-swarm/testkit/docker/start-docker'; console.log((await startDocker()).socketPath); setInterval(() => {}, 1000);";
    const orphaned = spawn(process.execPath, ['--input-type=module', '--eval', script], {
      cwd: import.meta.dirname,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [printed] = (await once(orphaned.stdout, 'data')) as [Buffer];
    const socketPath = printed.toString().trim();
    const dir = dirname(socketPath);
    expect(existsSync(dir)).toBe(true);
    orphaned.kill('SIGKILL');
    await once(orphaned, 'exit');
    // The kernel ends the processes; the files are removed separately.
    await expect
      .poll(async () => (await tracesOf(dir)).filter((line) => !line.startsWith('/sys')), {
        timeout: 10_000,
      })
      .toEqual([]);
    const engine = await start();
    expect(existsSync(dir)).toBe(false);
    expect(await tracesOf(dir)).toEqual([]);
    expect(engine.socketPath).not.toBe(socketPath);
  },
);
