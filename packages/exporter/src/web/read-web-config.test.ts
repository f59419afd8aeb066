import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { logTo } from '../log/log.ts';
import { openWeb } from './open-web.ts';
import { readWebConfig } from './read-web-config.ts';
import type { WebSettings } from './web-settings.ts';

const HASH = '$2y$10$QOauhQNbBCuQDKes6eFzPeMqBSjb7Mr5DUmpZ/VcEd00UAV/LDeSi';
let dir = '';
const hasOpenssl = spawnSync('openssl', ['version']).status === 0;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'swarm-web-'));
  writeFileSync(join(dir, 'empty'), '');
  if (!hasOpenssl) return;
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
      ...['-days', '1', '-subj', '/CN=here', '-keyout', 'server.key', '-out', 'server.crt'],
    ],
    { cwd: dir, stdio: 'ignore' },
  );
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const write = (yaml: string): string => {
  const file = join(dir, 'web.yml');
  writeFileSync(file, yaml);
  return file;
};
const read = (yaml: string): WebSettings => readWebConfig(write(yaml), () => {});
const PAIR = 'cert_file: server.crt, key_file: server.key';

describe('a web configuration file', () => {
  it('may be empty, or have empty sections', () => {
    for (const yaml of ['{}', 'tls_server_config:\nbasic_auth_users:\nhttp_server_config:\n'])
      expect(read(yaml)).toMatchObject({ tls: null, headers: [], rateLimit: null });
  });

  it('has users, headers and a limit', () => {
    const { users, headers, rateLimit } = read(`
basic_auth_users: { prom: ${HASH} }
http_server_config: { http2: false, headers: { X-Frame-Options: deny } }
rate_limit: { interval: 100ms, burst: 5 }
`);
    expect([...users]).toEqual([['prom', HASH]]);
    expect(headers).toEqual([['X-Frame-Options', 'deny']]);
    expect(rateLimit).toEqual({ intervalMs: 100, burst: 5 });
  });

  it.runIf(hasOpenssl)('has TLS with the defaults of exporter-toolkit', () => {
    const { tls } = read(
      `tls_server_config: { ${PAIR}, client_auth_type: RequireAndVerifyClientCert, client_ca_file: server.crt }`,
    );
    expect(tls).toMatchObject({
      clientAuth: 'RequireAndVerifyClientCert',
      minVersion: 'TLS12',
      maxVersion: 'TLS13',
      prefersOwnCiphers: true,
    });
    expect(tls?.clientCa).toBe(tls?.cert);
  });

  it.each([
    ['basic_auth_user: {}', 'unknown key "basic_auth_user"'],
    [`tls_server_config: { ${PAIR}, cert_fil: x }`, 'unknown key "cert_fil"'],
    ['basic_auth_users: { prom: hunter2 }', 'is not a bcrypt hash'],
    [`basic_auth_users: { prom: '${HASH.replace('10', '31')}' }`, 'the cost of the hash'],
    ['tls_server_config: { cert_file: server.crt }', 'key_file is missing'],
    [`tls_server_config: { ${PAIR}, min_version: SSL3 }`, 'unknown version of TLS "SSL3"'],
    [`tls_server_config: { ${PAIR}, min_version: TLS13, max_version: TLS12 }`, 'newer than'],
    [`tls_server_config: { ${PAIR}, client_ca_file: a }`, 'of no use without client certificates'],
    [`tls_server_config: { ${PAIR}, client_allowed_sans: [a] }`, 'needs client certificates'],
    [`tls_server_config: { ${PAIR}, cipher_suites: [RC4] }`, 'unknown cipher suite "RC4"'],
    [`tls_server_config: { ${PAIR}, client_auth_type: Always }`, 'unknown policy on client'],
    ['tls_server_config: { cert_file: no.crt, key_file: no.key }', 'no.crt cannot be read: ENOENT'],
    ['http_server_config: { headers: { X-Other: a } }', 'unknown key "X-Other"'],
    ['tls_server_config: { cert_file: empty, key_file: empty }', 'one of them is empty'],
    ['rate_limit: { interval: soon }', 'interval'],
  ])('is rejected: %s', (yaml, message) => {
    expect(() => read(yaml)).toThrow(message);
    expect(() => read(yaml)).not.toThrow('hunter2');
  });

  it('is followed: a change is in effect at once, a fault keeps what was there', () => {
    const lines: string[] = [];
    const reads: boolean[] = [];
    const source = { file: write(`basic_auth_users: { one: ${HASH} }`) };
    const log = logTo(({ level, message }) => lines.push(`${level} ${message}`));
    const web = openWeb({ source, log, onRead: (succeeded) => reads.push(succeeded) });
    web.refresh();
    expect(reads).toEqual([true]);
    write('basic_auth_users: { two: wrong }');
    web.refresh();
    web.refresh();
    expect([...web.current.users.keys()]).toEqual(['one']);
    write(`basic_auth_users: { two: ${HASH}, three: ${HASH} }`);
    web.refresh();
    expect([...web.current.users.keys()]).toEqual(['two', 'three']);
    expect(reads).toEqual([true, false, true]);
    expect(lines).toEqual([
      expect.stringMatching(/^error .*web\.yml:1:\d+: basic_auth_users\.two: is not a bcrypt hash/),
      expect.stringMatching(/^info .*read again/),
    ]);
  });

  it('is kept while it cannot be looked at, and read again afterwards', () => {
    const lines: string[] = [];
    const source = { file: write(`basic_auth_users: { one: ${HASH} }`) };
    const web = openWeb({ source, log: logTo(({ message }) => lines.push(message)) });
    rmSync(source.file);
    symlinkSync('web.yml', source.file);
    web.refresh();
    web.refresh();
    expect(lines).toEqual([expect.stringMatching(/web\.yml cannot be read: ELOOP/)]);
    expect([...web.current.users.keys()]).toEqual(['one']);
    rmSync(source.file);
    write(`basic_auth_users: { two: ${HASH} }`);
    web.refresh();
    expect([...web.current.users.keys()]).toEqual(['two']);
  });

  it('is kept when its change is rejected', () => {
    const lines: string[] = [];
    const web = openWeb({
      source: { file: write(`basic_auth_users: { one: ${HASH} }`) },
      log: logTo(({ level }) => lines.push(level)),
      check: ({ users }) => {
        if (users.size === 0) throw new Error('no user is left');
      },
    });
    write('{}');
    web.refresh();
    expect([...web.current.users.keys()]).toEqual(['one']);
    write(`basic_auth_users: { two: ${HASH} }`);
    web.refresh();
    expect([...web.current.users.keys()]).toEqual(['two']);
    expect(lines).toEqual(['error', 'info']);
  });
});
