/** TLS, client certificates and users of a real exporter, for a real curl and a real Prometheus. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Service } from '@livekit-swarm/lab';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { hashSync } from 'bcryptjs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Exporter, logTo, startExporter } from '../src/index.ts';
import { startScraping } from './support/scraping-prometheus.ts';

const run = promisify(execFile);
const withoutTools = await skipWithout('openssl', 'curl');
const unavailable = await skipWithout('prometheus');

let dir = '';
let exporter: Exporter;
let prometheus: Service | null = null;
const log: string[] = [];

const openssl = (...args: string[]) => run('openssl', args, { cwd: dir });
const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
/** Make a certificate that the CA signs. */
const issue = async (name: string, extensions: string): Promise<void> => {
  await openssl(
    'req',
    ...KEY,
    '-subj',
    `/CN=${name}`,
    '-keyout',
    `${name}.key`,
    '-out',
    `${name}.csr`,
  );
  await writeFile(join(dir, `${name}.ext`), extensions);
  await openssl(
    ...['x509', '-req', '-in', `${name}.csr`, '-CA', 'ca.crt', '-CAkey', 'ca.key', '-days', '1'],
    ...['-extfile', `${name}.ext`, '-out', `${name}.crt`],
  );
};
const configure = (users: string, tls = ''): Promise<void> =>
  writeFile(
    join(dir, 'web.yml'),
    `tls_server_config:
  cert_file: server.crt
  key_file: server.key
  client_auth_type: RequireAndVerifyClientCert
  client_ca_file: ca.crt
${tls}basic_auth_users: { ${users} }
http_server_config: { headers: { X-Content-Type-Options: nosniff } }
`,
  );
/** Request metrics. Returns the status, or 000 if there is no connection. */
const curl = async (...args: string[]): Promise<string> => {
  const given = ['-s', '-o', join(dir, 'body'), '-w', '%{http_code}', '--cacert', 'ca.crt'];
  const asked = run('curl', [...given, ...args, `${exporter.url}/metrics`], { cwd: dir });
  return (await asked.catch((error: { stdout: string }) => error)).stdout;
};
const CERTIFICATE = ['--cert', 'client.crt', '--key', 'client.key'];

beforeEach(({ skip }) => skip(withoutTools !== null, withoutTools ?? ''));
beforeAll(async () => {
  if (withoutTools !== null) return;
  dir = await mkdtemp(join(tmpdir(), 'swarm-web-'));
  await openssl(
    'req',
    '-x509',
    ...KEY,
    '-days',
    '1',
    '-subj',
    '/CN=ca',
    '-keyout',
    'ca.key',
    '-out',
    'ca.crt',
  );
  await issue('server', 'subjectAltName=IP:127.0.0.1');
  await issue('client', 'subjectAltName=DNS:prometheus.example\nextendedKeyUsage=clientAuth');
  await configure(`prom: '${hashSync('s3cret', 4)}'`);
  exporter = await startExporter({
    listen: [
      { host: '127.0.0.1', port: 0 },
      { host: '127.0.0.1', port: 0 },
    ],
    web: { file: join(dir, 'web.yml') },
    tokens: [],
    limits: { requests: 32, requestTimeoutMs: 5_000 },
    version: '0.0.0',
    log: logTo(({ message }) => log.push(message)),
    sources: () => [],
  });
});
afterAll(async () => {
  if (withoutTools !== null) return;
  await prometheus?.stop();
  await exporter.stop();
  await rm(dir, { recursive: true, force: true });
});

describe('a web configuration file of exporter-toolkit', () => {
  it('serves clients with a certificate of the CA and the password, and no others', async () => {
    expect(log.join('\n')).toMatch(/listening on https:\S+ and https:\S+;/);
    expect(await curl('-u', 'prom:s3cret')).toBe('000');
    expect(await curl(...CERTIFICATE)).toBe('401');
    expect(await curl(...CERTIFICATE, '-u', 'prom:wrong')).toBe('401');
    expect(await curl(...CERTIFICATE, '-u', 'prom:s3cret', '-D', 'headers')).toBe('200');
    expect(await curl(...CERTIFICATE, '-u', 'prom:s3cret', '--tls-max', '1.1')).toBe('000');
  });

  it('follows the file: users, names of certificates, and what is wrong', async () => {
    await configure(`other: '${hashSync('s3cret', 4)}'`);
    expect(await curl(...CERTIFICATE, '-u', 'prom:s3cret')).toBe('401');
    expect(await curl(...CERTIFICATE, '-u', 'other:s3cret')).toBe('200');
    await configure(`prom: '${hashSync('s3cret', 4)}'`, '  client_allowed_sans: [a.example]\n');
    expect(await curl(...CERTIFICATE, '-u', 'prom:s3cret')).toBe('000');
    await configure(
      `prom: '${hashSync('s3cret', 4)}'`,
      '  client_allowed_sans: [prometheus.example]\n',
    );
    expect(await curl(...CERTIFICATE, '-u', 'prom:s3cret')).toBe('200');
    await writeFile(join(dir, 'web.yml'), 'tls_server_config: { cert: nonsense }\n');
    expect(await curl(...CERTIFICATE, '-u', 'prom:s3cret')).toBe('200');
    expect(log.join('\n')).toContain('the old certificate and web configuration stay in use');
    await configure(`prom: '${hashSync('s3cret', 4)}'`);
    expect(await curl(...CERTIFICATE, '-u', 'prom:s3cret')).toBe('200');
  });

  it('is scraped by Prometheus', async ({ skip }) => {
    skip(unavailable !== null, unavailable ?? '');
    prometheus = await startScraping(
      dir,
      `global: { scrape_interval: 1s }
scrape_configs:
  - job_name: exporter
    scheme: https
    basic_auth: { username: prom, password: s3cret }
    tls_config: { ca_file: ca.crt, cert_file: client.crt, key_file: client.key }
    static_configs: [{ targets: ['${new URL(exporter.url).host}'] }]
`,
    );
    const { url } = prometheus;
    const answered = async (): Promise<string | undefined> => {
      const response = await fetch(`${url}/api/v1/query?query=up`);
      const { data } = (await response.json()) as {
        data: { result: { value: [number, string] }[] };
      };
      return data.result[0]?.value[1];
    };
    await expect.poll(answered, { timeout: 30_000, interval: 500 }).toBe('1');
  });
});
