/** coturn accepts the TURN credentials that a deployment gives its clients. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startCluster } from '@livekit-swarm/lab';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import { scratch } from './support/swarm.ts';

const ICE_SERVERS = fileURLToPath(new URL('./support/ice-servers.ts', import.meta.url));

await skipWithout('coturn', 'turnutils_uclient');

it('a lab relays for clients of its nodes only', async () => {
  const dir = scratch();
  await using lab = await startCluster({ dir, nodes: 1, with: ['coturn'] });
  const { stdout } = await execa(process.execPath, [
    ICE_SERVERS,
    lab.url,
    lab.apiKey,
    lab.apiSecret,
  ]);
  const [turn] = JSON.parse(stdout) as { urls: string[]; username: string; credential: string }[];
  expect(turn?.urls).toEqual([`${lab.turnUrl}?transport=udp`]);
  const port = lab.turnUrl?.split(':').at(-1) ?? '';
  const relay = async (credential: string): Promise<string> => {
    const args = [
      '-y',
      '-n',
      '3',
      '-m',
      '1',
      '-p',
      port,
      '-u',
      turn?.username ?? '',
      '-w',
      credential,
      '127.0.0.1',
    ];
    return (await execa('turnutils_uclient', args, { all: true, reject: false, timeout: 30_000 }))
      .all;
  };
  expect(await relay(turn?.credential ?? '')).toContain('Total lost packets 0');
  expect(await relay('guessed')).toContain('Cannot complete Allocation');

  const secret = readFileSync(join(dir, 'turn-secret'), 'utf8');
  expect(readFileSync(join(dir, 'node-1.yaml'), 'utf8')).not.toContain(secret);
  expect(readFileSync(join(dir, 'coturn.log'), 'utf8')).not.toContain(secret);
});
