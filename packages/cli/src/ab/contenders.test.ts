import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { type ContenderFlags, readContenders } from './contenders.ts';

const dir = mkdtempSync(join(tmpdir(), 'swarm-contenders-'));
afterAll(() => rmSync(dir, { recursive: true }));
const keyFile = join(dir, 'keys.yaml');
const manyKeys = join(dir, 'many.yaml');
writeFileSync(keyFile, 'other: other-secret\n');
writeFileSync(manyKeys, 'one: one-secret\ntwo: two-secret\n');

const NONE: ContenderFlags = { server: [], url: [], keys: [], apiUrl: [], serverMetrics: [] };
const URLS = ['old=wss://a.example.com', 'wss://b.example.com:7443'];
const KEYS = { apiKey: 'key', apiSecret: 'secret' };

const read = (flags: Partial<ContenderFlags>, env: NodeJS.ProcessEnv = {}) =>
  readContenders({ ...NONE, ...flags }, Object.keys(flags), env);

test('two deployments have names of their own, and the keys of the environment', async () => {
  const { A, B } = await read({ url: URLS, ...KEYS });
  expect(A).toMatchObject({
    name: 'old',
    target: { type: 'remote', url: 'wss://a.example.com', ...KEYS },
  });
  expect(B).toMatchObject({ name: 'b.example.com:7443', target: KEYS });
});

test('a deployment can have its own keys, and metrics', async () => {
  const { A, B } = await read(
    {
      url: URLS,
      keys: ['A=env:OLD', `b.example.com:7443=file:${keyFile}`],
      apiUrl: ['B=https://api.example.com'],
      serverMetrics: ['old=http://10.0.0.5:6789/metrics', 'B=n1=http://10.0.0.6:6789/metrics'],
    },
    { OLD: 'old-key: old-secret' },
  );
  expect(A.target).toMatchObject({ apiKey: 'old-key', apiSecret: 'old-secret' });
  expect(B.target).toMatchObject({
    ...{ apiKey: 'other', apiSecret: 'other-secret', apiUrl: 'https://api.example.com' },
  });
  expect(A.target).not.toHaveProperty('apiUrl');
  expect(A.serverMetrics?.nodes).toEqual([{ name: null, url: 'http://10.0.0.5:6789/metrics' }]);
  expect(B.serverMetrics?.nodes).toEqual([{ name: 'n1', url: 'http://10.0.0.6:6789/metrics' }]);
});

test('one deployment twice, and one server twice, get A and B in their names', async () => {
  const url = ['ws://127.0.0.1:7880', 'ws://127.0.0.1:7880'];
  const deployments = await read({ url, ...KEYS });
  expect(deployments.B.name).toBe('127.0.0.1:7880 (B)');
  const servers = await read({ server: ['1.13.5', '1.13.5'] });
  expect([servers.A.name, servers.B.name]).toEqual(['1.13.5 (A)', '1.13.5 (B)']);
});

test('URLs of the command line take the place of servers of the environment', async () => {
  const flags = { ...NONE, server: ['1.11.0', '1.13.5'], url: URLS, ...KEYS };
  const { A } = await readContenders(flags, ['url'], {});
  expect(A.target.type).toBe('remote');
});

test.each<[Partial<ContenderFlags>, RegExp]>([
  [{ url: ['wss://a.example.com'], ...KEYS }, /two deployments are compared, not 1/],
  [{ server: ['1.13.5'] }, /two servers are compared, not 1/],
  [{ url: URLS, server: ['1.13.5'], ...KEYS }, /they are not compared/],
  [{ url: ['B=wss://b.example.com', 'A=wss://a.example.com'], ...KEYS }, /A is the first/],
  [{ url: URLS }, /A = wss:\/\/a\.example\.com: the API key and secret .* are missing/],
  [{ url: ['a.example.com', 'wss://b.example.com'], ...KEYS }, /a\.example\.com/],
  [{ url: URLS, ...KEYS, keys: ['env:OLD'] }, /--keys: names neither A nor B/],
  [{ url: URLS, ...KEYS, keys: ['C=env:OLD'] }, /--keys: names neither A nor B/],
  [{ url: URLS, ...KEYS, keys: ['A=hunter2'] }, /--keys: does not say where the keys are/],
  [{ url: URLS, ...KEYS, keys: ['A=env:NONE'] }, /--keys A: .* NONE is not set/],
  [{ url: URLS, ...KEYS, keys: ['A=env:ONE', 'old=env:ONE'] }, /--keys: A is given twice/],
  [{ url: URLS, ...KEYS, keys: [`B=file:${manyKeys}`] }, /holds no key and secret, or more/],
  [{ url: URLS, ...KEYS, serverMetrics: ['http://10.0.0.5/metrics'] }, /names neither A nor B/],
  [{ url: URLS, ...KEYS, apiUrl: ['https://api.example.com'] }, /--api-url: names neither/],
  [
    { url: URLS, ...KEYS, apiUrl: ['A=https://api.example.com'], denyHost: ['api.example.com'] },
    /api\.example\.com is denied/,
  ],
  [{ url: URLS, ...KEYS, serverMetrics: ['A=10.0.0.5'] }, /--server-metrics: not an address/],
  [{ server: ['1.13.5', '1.11.0'], keys: ['A=env:ONE'] }, /--keys has no effect without --url/],
  [{ server: ['1.13.5', '1.11.0'], apiKey: 'key' }, /--api-key has no effect without --url/],
])('refuses %j', async (flags, message) => {
  const refused = read(flags, { ONE: 'key: secret' });
  await expect(refused).rejects.toThrow(message);
  await expect(refused).rejects.toMatchObject({ exitCode: 2 });
});

test.each(['a.example.com', 'b.example.com'])('refuses %s where it is denied', async (host) => {
  await expect(read({ url: URLS, ...KEYS }, { SWARM_DENY_HOST: host })).rejects.toThrow(
    `${host} is denied`,
  );
  await expect(read({ url: URLS, ...KEYS, denyHost: [host] })).rejects.toThrow(`${host} is denied`);
});

test('a refusal shows no secret', async () => {
  for (const keys of ['A=hunter2', 'hunter2', 'A=env:BAD'])
    await expect(read({ url: URLS, keys: [keys] }, { BAD: 'hunter2' })).rejects.toThrow(
      expect.objectContaining({
        message: expect.not.stringContaining('hunter2'),
        hint: expect.not.stringContaining('hunter2'),
      }),
    );
});
