import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { testWithDocker } from '@livekit-swarm/testkit/docker/test-with-docker';
import { execa } from 'execa';
import { expect } from 'vitest';
import { findCompose, freshKeys, NO_COMPOSE, openStack, waitForHealth } from '../support/stack.ts';
import { buildStackImages, ROOT } from '../support/stack-images.ts';
import { scratch, startSwarm } from '../support/swarm.ts';

testWithDocker(
  'with examples/stack/turn-tls.yaml, clients reach the stack by TURN over TLS',
  async ({ start, skip }) => {
    const composeCommand = (await findCompose()) ?? skip(NO_COMPOSE);
    const engine = await start();
    const { variables } = await buildStackImages(engine);
    const keys = freshKeys();
    // A copy, as certificates are written beside the files.
    const folder = scratch();
    for (const part of ['docker-compose.yml', join('examples', 'stack')])
      cpSync(join(ROOT, part), join(folder, part), { recursive: true });
    const certificates = join(folder, 'examples', 'stack', 'certificates');
    await execa(join(folder, 'examples', 'stack', 'certificates.sh'));

    const stack = openStack(engine, composeCommand, { ...variables, ...keys }, folder);
    const files = ['-f', 'docker-compose.yml', '-f', 'examples/stack/turn-tls.yaml'];
    try {
      await stack.compose(...files, 'up', '--detach', '--no-build', 'haproxy', 'coturn');
      expect(await waitForHealth(stack, 45_000)).toEqual([]);
      const swarm = startSwarm(
        ['connectivity', '--url', 'ws://127.0.0.1:7880', '--path', 'turn-udp,turn-tcp,turn-tls'],
        { ...keys, SWARM_CA: join(certificates, 'ca.crt') },
        scratch(),
        engine.inNetwork,
      );
      expect(await swarm.ended, swarm.stdout() + swarm.stderr()).toBe(0);
      expect(swarm.stdout()).toMatch(/turn-tls.*works/);
    } finally {
      await stack.compose(...files, 'down', '--volumes', '--timeout', '3');
    }
  },
);
