import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Authority, CertificateRequest } from '../authority.ts';
import { createBalancerCertificates } from './balancer-certificate.ts';

test('each certificate is made once, and again after a failure', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'swarm-certificates-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  const requests: Pick<CertificateRequest, 'name' | 'days'>[] = [];
  const files = { cert: join(dir, 'cert'), key: join(dir, 'key') };
  await writeFile(files.cert, 'certificate\n');
  await writeFile(files.key, 'key\n');
  const authority: Authority = {
    certificate: files,
    newKey: async () => {},
    sign: async ({ name, days }) => {
      requests.push({ name, ...(days !== undefined && { days }) });
      if (requests.length === 1) throw new Error('openssl was too slow');
      return files;
    },
  };
  const certificateOf = createBalancerCertificates(authority, dir);
  await expect(certificateOf('expired')).rejects.toThrow('too slow');
  const pem = (await readFile(files.cert, 'utf8')) + (await readFile(files.key, 'utf8'));
  expect(await certificateOf('expired')).toBe(pem);
  expect(await Promise.all([certificateOf('expired'), certificateOf('renewed')])).toEqual([
    ...[pem, pem],
  ]);
  expect(requests).toEqual([
    { name: 'balancer-expired', days: -1 },
    { name: 'balancer-expired', days: -1 },
    { name: 'balancer-renewed' },
  ]);
});
