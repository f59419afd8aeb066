/** wss:// behind a load balancer that terminates TLS with a certificate of a private CA. */
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream';
import { createServer } from 'node:tls';
import {
  type Authority,
  createAuthority,
  createClusterPorts,
  createService,
  haproxy,
  type LiveKitServer,
  type Service,
  startLiveKit,
} from '@livekit-swarm/lab';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resultOf, runSwarm } from '../support/swarm.ts';

const missing = await skipWithout('haproxy', 'openssl');

const RUN = ['--rooms', '1', '--processes', '1', '--duration', '2s', '--json', '--quiet'];

/** Load balancer in front of the same server. */
interface Front {
  url: string;
  service: Service;
}

let server: LiveKitServer;
let authority: Authority;
let dir: string | undefined;
const fronts: Front[] = [];
const folder = (): string => (dir ??= mkdtempSync(join(tmpdir(), 'swarm-tls-')));

beforeAll(async () => {
  if (missing !== null) return;
  authority = await createAuthority(join(folder(), 'ca'));
  server = await startLiveKit({ dir: join(folder(), 'server') });
});
afterAll(async () => {
  for (const { service } of fronts) await service.stop();
  await server?.stop();
  if (dir !== undefined) rmSync(dir, { recursive: true, force: true });
});

const open = async (names: string[], days = 30): Promise<string> => {
  const name = `front-${fronts.length}`;
  const { cert, key } = await authority.sign({
    ...{ name, subject: `/CN=${name}`, usage: 'serverAuth', names, days },
  });
  const ports = createClusterPorts();
  const port = await ports.tcp();
  const service = createService(
    await haproxy({
      dir: join(folder(), name),
      port,
      statsPort: await ports.tcp(),
      backends: [{ name: 'node-1', port: server.ports.http }],
      certificate: readFileSync(cert, 'utf8') + readFileSync(key, 'utf8'),
    }),
  );
  await service.start();
  const url = `wss://127.0.0.1:${port}`;
  fronts.push({ url, service });
  return url;
};

const keys = (): Record<string, string> => ({
  LIVEKIT_API_KEY: server.apiKey,
  LIVEKIT_API_SECRET: server.apiSecret,
});

describe('a deployment whose certificate a private CA signed', () => {
  it('takes load with --ca, SWARM_CA or NODE_EXTRA_CA_CERTS, and no participant without', async () => {
    const url = await open(['IP:127.0.0.1']);
    const ca = authority.certificate.cert;
    // A room of a fixed name: the room service is called, too.
    const named = (room: string) => ['--url', url, '--room', room, ...RUN];
    for (const [flags, env] of [
      [[...named('flag'), '--ca', ca], {}],
      [named('own-variable'), { SWARM_CA: ca }],
      [named('variable-of-node'), { NODE_EXTRA_CA_CERTS: ca }],
    ] as const) {
      const outcome = await runSwarm([...flags], { ...keys(), ...env });
      expect(outcome.stderr).toBe('');
      expect(resultOf(outcome).joins).toMatchObject({ joined: 2, failed: 0 });
    }
    const { exit, stderr } = await runSwarm(['--url', url], keys());
    expect(exit).toBe(3);
    expect(stderr).toMatch(
      /no TLS connection to https:\/\/127\.0\.0\.1:\d+: its certificate is signed by an authority that this host does not know \(.*\)\n {2}→ give the certificate of your CA: --ca FILE/,
    );
  });

  it('has a certificate that has expired: exit 3', async () => {
    const url = await open(['IP:127.0.0.1'], -1);
    const { exit, stderr } = await runSwarm(
      ['--url', url, '--ca', authority.certificate.cert],
      keys(),
    );
    expect(exit).toBe(3);
    expect(stderr).toMatch(/has expired \(CERT_HAS_EXPIRED.*\)\n {2}→ renew it/);
  });

  it('has a certificate that has expired only by the clock of this host: exit 98, whatever is wrong', async () => {
    const names = ['IP:127.0.0.1'];
    const { cert, key } = await authority.sign({
      ...{ name: 'past', subject: '/CN=past', usage: 'serverAuth', names, days: -1 },
    });
    const past = createHttpsServer(
      { cert: readFileSync(cert), key: readFileSync(key) },
      (_, response) => {
        response.setHeader('Date', new Date(Date.now() - 2 * 86_400_000).toUTCString());
        response.end('success');
      },
    );
    await new Promise<void>((resolve) => past.listen(0, '127.0.0.1', resolve));
    const url = `wss://127.0.0.1:${(past.address() as AddressInfo).port}`;
    const { exit, stderr } = await runSwarm(
      ['--url', url, '--ca', authority.certificate.cert],
      keys(),
    );
    past.closeAllConnections();
    past.close();
    expect(exit).toBe(98);
    expect(stderr).toMatch(
      /the clock of this host is \d+ s ahead of that of https:.*here it is .*, there /,
    );
  });

  it('has a certificate for another name: exit 3, with the names it has', async () => {
    const url = await open(['DNS:livekit.example.com']);
    const { exit, stderr } = await runSwarm(
      ['--url', url, '--ca', authority.certificate.cert],
      keys(),
    );
    expect(exit).toBe(3);
    expect(stderr).toMatch(
      /its certificate is for another name \(.*livekit\.example\.com.*\)\n {2}→ connect by a name/,
    );
  });

  it('is named with wss:// where there is no TLS: exit 3', async () => {
    const { exit, stderr } = await runSwarm(
      ['--url', server.url.replace('ws://', 'wss://')],
      keys(),
    );
    expect(exit).toBe(3);
    expect(stderr).toMatch(/the handshake failed \(.*\)\n {2}→ check that this port speaks TLS/);
  });
});

it('a deployment is reached by wss://[::1]', async () => {
  await using node = await startLiveKit({ dir: join(folder(), 'server6'), host: '::1' });
  const names = ['IP:::1'];
  const files = await authority.sign({
    ...{ name: 'six', subject: '/CN=six', usage: 'serverAuth', names },
  });
  const [cert, key] = [readFileSync(files.cert), readFileSync(files.key)];
  const front = createServer({ cert, key }, (socket) => {
    const behind = connect({ host: '::1', port: node.ports.http });
    pipeline(socket, behind, socket, () => {});
  });
  await new Promise<void>((resolve) => front.listen(0, '::1', resolve));
  const { port } = front.address() as AddressInfo;
  const outcome = await runSwarm(
    ['--url', `wss://[::1]:${port}`, '--ca', authority.certificate.cert, ...RUN],
    { LIVEKIT_API_KEY: node.apiKey, LIVEKIT_API_SECRET: node.apiSecret },
  );
  front.close();
  expect(outcome.stderr).toBe('');
  expect(resultOf(outcome).joins).toMatchObject({ joined: 2, failed: 0 });
});

describe('a CA file that cannot be used: exit 2', () => {
  const run = (ca: string) => runSwarm(['--url', 'wss://127.0.0.1:1', '--ca', ca], keys());

  it('is not there', async () => {
    const { exit, stderr } = await run('/nowhere/ca.pem');
    expect(exit).toBe(2);
    expect(stderr).toMatch(
      /CA file \/nowhere\/ca\.pem: cannot be read \(ENOENT\)\n {2}→ give the PEM/,
    );
  });

  it('is the key', async () => {
    const { exit, stderr } = await run(authority.certificate.key);
    expect(exit).toBe(2);
    expect(stderr).toMatch(/holds no certificate in PEM format/);
    expect(stderr).not.toContain('PRIVATE');
  });

  it('is damaged', async () => {
    const path = join(folder(), 'damaged.pem');
    writeFileSync(path, readFileSync(authority.certificate.cert));
    appendFileSync(path, '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n');
    const { exit, stderr } = await run(path);
    expect(exit).toBe(2);
    expect(stderr).toMatch(/certificate 2 of 2 is damaged/);
  });
});
