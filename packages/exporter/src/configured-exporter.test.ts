import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseExposition, sumOf } from '@livekit-swarm/testkit/exposition';
import { AccessToken } from 'livekit-server-sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startConfiguredExporter } from './configured-exporter.ts';
import type { Exporter } from './exporter.ts';
import { logTo } from './log/log.ts';

const SECRET = 'a secret of some length, 32 bytes';
const log: string[] = [];
const dir = mkdtempSync(join(tmpdir(), 'swarm-reload-'));
const file = join(dir, 'exporter.yaml');
const targetsOf = (...names: string[]): string =>
  `targets:\n${names.map((name) => `  ${name}: { url: 'ws://127.0.0.1:1', apiKey: key, apiSecret: { env: SECRET } }\n`).join('')}`;
const write = (yaml: string): void => writeFileSync(file, yaml);

let exporter: Exporter;
const ask = (path: string, method = 'GET', token = 'let-me-in'): Promise<Response> =>
  fetch(`${exporter.url}${path}`, { method, headers: { authorization: `Bearer ${token}` } });
const metric = async (name: string, labels = {}): Promise<number | undefined> =>
  sumOf(parseExposition(await (await ask('/metrics')).text()), name, labels);
const reload = async (): Promise<[number, string]> => {
  const response = await ask('/-/reload', 'POST');
  return [response.status, await response.text()];
};

beforeAll(async () => {
  write(`${targetsOf('one')}clients: {}\nlifecycle: { interval: 1h }\n`);
  exporter = await startConfiguredExporter({
    flags: { config: file, listen: ':0' },
    env: { SECRET, SWARM_EXPORTER_TOKEN: 'let-me-in' },
    version: '1.2.3',
    revision: 'abc',
    log: logTo(({ level, component, message }) => {
      if (level !== 'debug') log.push(`${level} ${component}: ${message}`);
    }),
  });
});
afterAll(async () => {
  await exporter.stop();
  rmSync(dir, { recursive: true, force: true });
});

describe('a reload', () => {
  it('replaces what the file changes, and nothing else', async () => {
    const webhookStatus = async (name: string) => (await ask(`/webhook/${name}`, 'POST')).status;
    expect(await webhookStatus('two')).toBe(404);
    write(`${targetsOf('one', 'two')}clients: {}\nlifecycle: { interval: 1h }\n`);
    expect(await reload()).toEqual([
      200,
      'the configuration was read again; started: lifecycle, clients; unchanged: none; ended: none\n',
    ]);
    expect(await webhookStatus('two')).toBe(401);
    write(`${targetsOf('one', 'two')}clients: {}\n`);
    expect(await reload()).toEqual([
      200,
      'the configuration was read again; started: none; unchanged: clients; ended: lifecycle\n',
    ]);
    expect(await metric('livekit_swarm_exporter_up')).toBe(1);
    expect(await (await ask('/metrics')).text()).not.toContain(
      'livekit_swarm_exporter_up{source="lifecycle"}',
    );
  });

  it('does not accept a webhook again', async () => {
    const event = { id: 'EV_1', createdAt: `${Math.floor(Date.now() / 1_000)}` };
    const body = JSON.stringify({ ...event, event: 'room_started', room: { name: 'a' } });
    const token = new AccessToken('key', SECRET);
    token.sha256 = createHash('sha256').update(body).digest('base64');
    const headers = { authorization: await token.toJwt() };
    const send = async (): Promise<string> =>
      (await fetch(`${exporter.url}/webhook/one`, { method: 'POST', body, headers })).text();
    const settings = `${targetsOf('one')}clients: {}\nlifecycle: { interval: 1h }\n`;
    write(settings);
    await exporter.reload();
    expect(await send()).toBe('ok\n');
    write(settings.replace('1h', '30m'));
    await exporter.reload();
    expect(await send()).toBe('known already\n');
    write(`${targetsOf('one')}clients: {}\n`);
    await exporter.reload();
    write(settings);
    await exporter.reload();
    expect(await send()).toBe('known already\n');
    write(`${targetsOf('one', 'two')}clients: {}\n`);
    await exporter.reload();
  });

  it('keeps the old configuration when the new one is wrong, and names the fault', async () => {
    const successful = () =>
      metric('livekit_swarm_exporter_config_last_reload_successful', { file: 'config' });
    expect(await successful()).toBe(1);
    write(`${targetsOf('one')}clients: {}\nprobe: {}\n`);
    const [status, text] = await reload();
    expect(status).toBe(500);
    expect(text).toContain('exporter.yaml:4:1: probe: unknown key "probe"');
    expect(log.at(-1)).toMatch(/^error config: .*the old configuration stays in use$/s);
    expect(await successful()).toBe(0);
    expect((await ask('/-/ready')).status).toBe(200);
    write(`${targetsOf('one')}clients: {}\nlimits: { requests: 5 }\n`);
    expect((await reload())[1]).toContain('limits cannot change while the exporter runs');
    write(`${targetsOf('one')}clients: {}\n`);
    expect((await reload())[0]).toBe(200);
    expect(await successful()).toBe(1);
  });

  it('does not disturb scrapes', async () => {
    const names = Array.from({ length: 10 }, (_, index) => `target-${index}`);
    const statuses = await Promise.all(
      names.map(async (name) => {
        write(`${targetsOf(name)}clients: {}\n`);
        const [scraped] = await Promise.all([ask('/metrics'), exporter.reload()]);
        return scraped.status;
      }),
    );
    expect(statuses).toEqual(names.map(() => 200));
  });
});

/** Hash of `fakepassword`. */
const HASH = '$2y$10$QOauhQNbBCuQDKes6eFzPeMqBSjb7Mr5DUmpZ/VcEd00UAV/LDeSi';

describe('sessions', () => {
  it('are shown to users under any name, and without users under local names alone', async () => {
    const [config, web] = [join(dir, 'sessions.yaml'), join(dir, 'web.yml')];
    writeFileSync(config, `${targetsOf('one')}clients: {}\nsessions: { file: sessions.db }\n`);
    writeFileSync(web, `basic_auth_users: { prom: '${HASH}' }\n`);
    const shown = await startConfiguredExporter({
      flags: { config, listen: ':0', webConfigFile: web },
      env: { SECRET: 'a secret of some length' },
      version: '1.2.3',
      revision: 'abc',
      log: logTo(() => {}),
    });
    const authorization = `Basic ${Buffer.from('prom:fakepassword').toString('base64')}`;
    const statusOf = (headers: Record<string, string>) =>
      new Promise<number | undefined>((resolve, reject) => {
        const sent = request(`${shown.url}/sessions`, { headers }, (response) => {
          response.resume();
          resolve(response.statusCode);
        });
        sent.on('error', reject).end();
      });
    try {
      const host = 'exporter.example.com';
      expect(await statusOf({ host })).toBe(401);
      expect(await statusOf({ host, authorization })).toBe(200);
      writeFileSync(web, 'http_server_config: { headers: {} }\n');
      expect(await statusOf({ host, authorization })).toBe(403);
      expect(await statusOf({ host: 'localhost' })).toBe(200);
    } finally {
      await shown.stop();
    }
  });
});
