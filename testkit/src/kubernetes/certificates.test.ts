import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Certificate } from '@livekit-swarm/lab';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { skipWithout } from '../requirements.ts';
import { type Certificates, makeCertificates } from './certificates.ts';

await skipWithout('openssl');

let folder: string;
let made: Certificates;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'swarm-certificates-'));
  made = await makeCertificates(join(folder, 'made'), '10.0.0.7', 'lab-node');
});
afterAll(() => rm(folder, { recursive: true }));

const read = ({ cert, key }: Certificate) => ({
  cert: readFileSync(cert),
  key: readFileSync(key),
});

test('a server that has the certificate of etcd rejects clients without one of this cluster', async () => {
  const ca = readFileSync(made.authority.cert);
  const options = { ...read(made.etcd), ca, requestCert: true, rejectUnauthorized: true };
  const server = createServer(options, (_, response) => response.end('here')).listen(
    0,
    '127.0.0.1',
  );
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const statusWith = (certificate: Certificate | null): Promise<number | string> =>
    new Promise((resolve) => {
      const own = certificate === null ? {} : read(certificate);
      const asked = request({ host: '127.0.0.1', port, ca, agent: false, ...own }, (response) =>
        resolve(response.resume().statusCode ?? 0),
      );
      asked.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'error')).end();
    });
  const others = await makeCertificates(join(folder, 'others'), '10.0.0.7', 'lab-node');
  expect(await statusWith(made.apiServerAtEtcd)).toBe(200);
  expect(await statusWith(made.etcd)).toBe(200);
  expect(await statusWith(null)).not.toBe(200);
  expect(await statusWith(others.apiServerAtEtcd)).not.toBe(200);
  server.close();
});
