/** TURN servers of a lab accept the credentials that its nodes give their clients, over every transport. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { fileURLToPath } from 'node:url';
import {
  type Cluster,
  type LiveKitVersion,
  OFFERED_PATHS,
  startCluster,
  startLiveKit,
  TESTED_VERSIONS,
} from '@livekit-swarm/lab';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import { scratch } from '../support/swarm.ts';

const ICE_SERVERS = fileURLToPath(new URL('../support/ice-servers.ts', import.meta.url));

await skipWithout('coturn', 'turnutils_uclient', 'openssl');

interface IceServer {
  urls: string[];
  username: string;
  credential: string;
}

const iceServersOf = async (
  { url, apiKey, apiSecret }: Pick<Cluster, 'url' | 'apiKey' | 'apiSecret'>,
  env: Record<string, string> = {},
): Promise<IceServer[]> => {
  const { stdout } = await execa(process.execPath, [ICE_SERVERS, url, apiKey, apiSecret], { env });
  return JSON.parse(stdout) as IceServer[];
};

const portOf = (url: string): number => Number(/:(\d+)\?/.exec(url)?.[1]);

/** Three messages through two allocations and back. */
const relay = async (
  url: string,
  { username, credential }: Pick<IceServer, 'username' | 'credential'>,
): Promise<string> => {
  const transport = url.endsWith('=tcp') ? ['-t'] : [];
  const keys = ['-u', username, '-w', credential];
  const args = [...transport, '-y', '-n', '3', '-m', '1', '-p', String(portOf(url)), ...keys];
  const options = { all: true, reject: false, timeout: 30_000 } as const;
  return (await execa('turnutils_uclient', [...args, '127.0.0.1'], options)).all;
};

/** RFC 8489 §5: type Binding, no attributes, magic cookie, transaction id. */
const BINDING_REQUEST = Buffer.from('000100002112a442000102030405060708090a0b', 'hex');
const BINDING_SUCCESS = 0x0101;

/** The type of the answer to a Binding request over TLS, for a client that trusts `ca` alone. turnutils_uclient checks no certificate. */
const answerOverTls = async (url: string, ca: string): Promise<number> => {
  const socket = connect({ host: '127.0.0.1', port: portOf(url), ca });
  await once(socket, 'secureConnect');
  socket.write(BINDING_REQUEST);
  const [answer] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  return answer.readUInt16BE(0);
};

it.each(TESTED_VERSIONS)(
  'a lab of %s relays over UDP, TCP and TLS, for clients of its nodes only',
  async (version: LiveKitVersion) => {
    const dir = scratch();
    await using lab = await startCluster({
      ...{ dir, nodes: 1, version, with: ['coturn'], offers: ['ice-tcp', 'turn', 'tls'] },
    });
    const ca = readFileSync(lab.authorityFile ?? '', 'utf8');
    const servers = await iceServersOf(lab, { NODE_EXTRA_CA_CERTS: lab.authorityFile ?? '' });
    const [own, ...byCoturn] = servers;
    expect(own?.urls).toEqual([`turn:127.0.0.1:${lab.nodes[0]?.paths.turnPort}?transport=udp`]);
    const plain = lab.turnUrl;
    expect(byCoturn.flatMap(({ urls }) => urls)).toEqual([
      `${plain}?transport=udp`,
      `${plain}?transport=tcp`,
      expect.stringMatching(/^turns:127\.0\.0\.1:\d+\?transport=tcp$/),
    ]);
    for (const server of byCoturn) {
      const [url = ''] = server.urls;
      if (url.startsWith('turns:')) {
        expect(await answerOverTls(url, ca)).toBe(BINDING_SUCCESS);
        continue;
      }
      expect(await relay(url, server), url).toContain('Total lost packets 0');
      expect(await relay(url, { ...server, credential: 'guessed' })).toContain(
        'Cannot complete Allocation',
      );
    }
    const secret = readFileSync(join(dir, 'node-1', 'turn-secret'), 'utf8');
    if (version !== '1.11.0')
      expect(readFileSync(join(dir, 'node-1', 'node-1.yaml'), 'utf8')).not.toContain(secret);
    expect(readFileSync(join(dir, 'coturn.log'), 'utf8')).not.toContain(secret);
  },
);

it('an embedded server offers the paths that a scenario needs, and leaves no secret with the record', async () => {
  const dir = scratch();
  const offers = new Set(OFFERED_PATHS);
  await using server = await startLiveKit({ dir, offers });
  const servers = await iceServersOf(server);
  expect(servers).toHaveLength(4);
  const tls = servers.find(({ urls: [url = ''] }) => url.startsWith('turns:'));
  expect(await answerOverTls(tls?.urls[0] ?? '', server.authority ?? '')).toBe(BINDING_SUCCESS);
  const [, secretFile = ''] =
    /secret_file: (\S+)/.exec(readFileSync(server.configFile, 'utf8')) ?? [];
  const secret = readFileSync(secretFile, 'utf8');
  for (const file of [server.configFile, server.logFile, join(dir, 'coturn.log')])
    expect(readFileSync(file, 'utf8')).not.toContain(secret);
});
