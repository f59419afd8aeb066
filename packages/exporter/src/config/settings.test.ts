import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isUsageError } from '@livekit-swarm/settings';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { logTo } from '../log/log.ts';
import type { ExporterSettings, SettingsFlags } from './exporter-settings.ts';
import { formatAddress } from './listen-address.ts';
import { loadSettings } from './settings.ts';

let dir = '';
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'swarm-exporter-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const SECRET = 'hush-hush-hush';
const env = { LK_SECRET: SECRET };
const TARGETS = `targets:
  production:
    url: wss://livekit.example.com
    apiKey: APIkey
    apiSecret: { env: LK_SECRET }
`;

const load = async (
  yaml: string | null,
  flags: SettingsFlags = {},
  environment: NodeJS.ProcessEnv = env,
): Promise<ExporterSettings> => {
  if (yaml === null) return await loadSettings(flags, environment);
  const config = join(dir, 'exporter.yaml');
  await writeFile(config, yaml);
  return await loadSettings({ config, ...flags }, environment);
};

const tokensOf = ({ tokens }: ExporterSettings): string[] => tokens.map(({ current }) => current);

const problem = async (...given: Parameters<typeof load>): Promise<string> => {
  try {
    await load(...given);
  } catch (error) {
    if (isUsageError(error)) return `${error.message}; ${error.hint}`.replaceAll(`${dir}/`, '');
    throw error;
  }
  return 'none';
};

describe('loadSettings', () => {
  it('has defaults for all settings except targets', async () => {
    const settings = await load(`${TARGETS}probes: {}\n`);
    expect({ ...settings, probes: null, targets: [] }).toMatchObject({
      listen: [{ host: '127.0.0.1', port: 9465 }],
      tokens: [],
      web: null,
      limits: { requests: 128, requestTimeoutMs: 15_000 },
      lifecycle: null,
    });
    expect(settings.targets).toMatchObject([
      { name: 'production', url: 'wss://livekit.example.com', apiKey: 'APIkey', apiSecret: SECRET },
    ]);
    expect([...(settings.probes?.modules.keys() ?? [])]).toEqual([
      'audio_pair',
      'video_pair',
      'data_echo',
      'join_only',
      'agent_call',
    ]);
    expect(settings.probes).toMatchObject({
      maxConcurrent: 4,
      maxQueued: 16,
      timeoutMs: 30_000,
      scrapeTimeoutOffsetMs: 500,
      schedule: [],
    });
  });

  it('keeps sessions only if configured, in a file next to the configuration', async () => {
    const sessions = (more: string) => `${TARGETS}clients: {}\nsessions: ${more}\n`;
    expect((await load(`${TARGETS}clients: {}\n`)).sessions).toBeNull();
    expect((await load(sessions('{ file: s.db, enabled: false }'))).sessions).toBeNull();
    expect((await load(sessions('{ file: s.db }'))).sessions).toEqual({
      file: join(dir, 's.db'),
      retentionMs: 7 * 86_400_000,
      maxBytes: 2 ** 30,
    });
    expect(
      (await load(sessions('{ file: /tmp/s.db, retention: 24h, maxSize: 1.5GiB }'))).sessions,
    ).toEqual({ file: '/tmp/s.db', retentionMs: 86_400_000, maxBytes: 1.5 * 2 ** 30 });
  });

  it('watches voice agents only if configured', async () => {
    const agents = async (more: string) => (await load(`${TARGETS}agents: ${more}\n`)).agents;
    expect((await load(`${TARGETS}probes: {}\n`)).agents).toBeNull();
    expect(await agents('{ enabled: false }\nprobes: {}')).toBeNull();
    expect(await agents('{}')).toEqual({ intervalMs: 15_000, lostAfterMs: 15_000, pools: [] });
    const pool = '{ urls: [http://10.0.0.7:8081], metricsPort: 9100, maxJobs: 12 }';
    expect(await agents(`{ interval: 1m, workers: { support: ${pool} } }`)).toMatchObject({
      intervalMs: 60_000,
      pools: [
        {
          name: 'support',
          urls: ['http://10.0.0.7:8081'],
          everyAddress: false,
          metricsPort: 9_100,
          maxJobs: 12,
        },
      ],
    });
  });

  it.each([
    ['urls: [10.0.0.7]', 'must be the URL of a health server'],
    ['urls: ["http://10.0.0.7:8081/worker"]', 'without a path'],
    ['urls: []', 'names no worker'],
    ['urls: ["https://a:8081"], everyAddress: true', 'a certificate is that of a name'],
  ])('explains a pool with %j', async (pool, message) => {
    const yaml = `${TARGETS}agents: { workers: { a: { ${pool} } } }\n`;
    expect(await problem(yaml)).toContain(message);
  });

  it.each([
    ['clients: {}\nsessions: {}', 'file is missing'],
    ['clients: {}\nsessions: { file: s.db, maxSize: 1GB }', '"1GB" is not a size'],
    ['clients: {}\nsessions: { file: s.db, maxSize: 0.5MiB }', 'from 1MiB to 1024GiB'],
    ['clients: {}\nsessions: { file: s.db, retention: 7d }', '7d'],
    ['probes: {}\nsessions: { file: s.db }', 'there is no source of sessions'],
    ['clients: {}\nlisten: 0.0.0.0:9465\nsessions: { file: s.db }', 'set a token'],
  ])('explains %j', async (yaml, message) => {
    expect(await problem(`${TARGETS}${yaml}\n`)).toContain(message);
  });

  it('prefers flags to the file, and the file to defaults', async () => {
    const listen = async (...given: Parameters<typeof load>) =>
      (await load(...given)).listen.map(formatAddress).join();
    expect(await listen(`listen: ":1234"\n${TARGETS}probes: {}`)).toBe('127.0.0.1:1234');
    expect(await listen(`listen: ":1234"\n${TARGETS}probes: {}`, { listen: '0.0.0.0:99' })).toBe(
      '0.0.0.0:99',
    );
  });

  it('prefers the token of the flag to that of the environment and of the file', async () => {
    await writeFile(join(dir, 'token'), '  from-file \n');
    await writeFile(join(dir, 'other'), 'from-flag\n');
    const yaml = `token: { file: token }\n${TARGETS}probes: {}`;
    expect(tokensOf(await load(yaml))).toEqual(['from-file']);
    const environment = { ...env, SWARM_EXPORTER_TOKEN: 'from-env' };
    expect(tokensOf(await load(yaml, {}, environment))).toEqual(['from-env']);
    const flags = { tokenFile: join(dir, 'other') };
    expect(tokensOf(await load(yaml, flags, environment))).toEqual(['from-flag']);
  });

  it('accepts a second token while tokens are rotated, but not without the first', async () => {
    await writeFile(join(dir, 'token'), 'new');
    await writeFile(join(dir, 'before'), 'old');
    const previous = `previousToken: { file: before }\n${TARGETS}probes: {}`;
    expect(tokensOf(await load(`token: { file: token }\n${previous}`))).toEqual(['new', 'old']);
    expect(await problem(previous)).toContain('there is no token that follows it');
  });

  it('reads the secrets in files again when they change', async () => {
    const files = { token: 'first', key: 'APIone', secret: SECRET, before: 'APIzero' };
    const write = (name: keyof typeof files, text: string) => writeFile(join(dir, name), text);
    for (const name of Object.keys(files) as (keyof typeof files)[]) await write(name, files[name]);
    const settings = await load(`
token: { file: token }
targets:
  production:
    url: wss://livekit.example.com
    apiKey: { file: key }
    apiSecret: { file: secret }
    previousKey: { apiKey: { file: before }, apiSecret: { env: LK_SECRET } }
lifecycle: {}
clients: {}
`);
    const [target] = settings.targets;
    const keys = () => settings.clients?.keys().map(({ apiKey }) => apiKey);
    expect(keys()).toEqual(['APIone', 'APIzero']);
    const log: string[] = [];
    const unwatch = settings.secrets.watch(logTo(({ message }) => log.push(message)));
    await write('token', 'second\n');
    await write('key', 'APItwo');
    await write('secret', '');
    await vi.waitFor(() => expect(log).toHaveLength(3), { timeout: 20_000 });
    unwatch();
    expect(tokensOf(settings)).toEqual(['second']);
    expect(keys()).toEqual(['APItwo', 'APIzero']);
    // An invalid secret leaves the old one in use.
    expect(target?.apiSecret).toBe(SECRET);
    expect(log.join()).toContain('is empty; the old secret stays in use');
    expect(log.join()).not.toMatch(/second|APItwo/);
  });

  it('has a target for the URL of swarm.yaml, below LIVEKIT_URL, where it is not public', async () => {
    const keys = { LIVEKIT_API_KEY: 'key', LIVEKIT_API_SECRET: SECRET };
    const folder = (url: string | null, denyHosts: string[] = []): SettingsFlags => ({
      folderSettings: { url, allowHosts: [], denyHosts },
    });
    const local = folder('ws://127.0.0.1:7880');
    expect((await load(null, local, keys)).targets).toMatchObject([
      { name: 'livekit', url: 'ws://127.0.0.1:7880', apiKey: 'key' },
    ]);
    const other = { ...keys, LIVEKIT_URL: 'ws://127.0.0.1:1' };
    expect((await load(null, local, other)).targets[0]?.url).toBe('ws://127.0.0.1:1');
    expect(await problem(null, local, {})).toBe(
      'swarm.yaml has a URL, but LIVEKIT_API_KEY and LIVEKIT_API_SECRET are not; set them, or name targets in a file: --config FILE',
    );
    expect(await problem(null, folder('wss://livekit.example.com'), keys)).toMatch(
      /^livekit\.example\.com is named by swarm\.yaml only.*; set LIVEKIT_URL=wss/,
    );
    const api = { ...keys, LIVEKIT_API_URL: 'http://10.0.0.1:7880' };
    expect(await problem(null, local, api)).toMatch(/^url of swarm\.yaml is on 127\.0\.0\.1, and /);
    // Host rules restrict every deployment, also one of the configuration.
    const denied = folder(null, ['livekit.example.com']);
    expect(await problem(`${TARGETS}probes: {}\n`, denied)).toContain(
      'livekit.example.com is denied by "livekit.example.com"',
    );
    expect(await problem(null, folder(null, ['127.0.0.1']), other)).toContain('is denied by');
  });

  it('has a target for LIVEKIT_URL without a file, and enables all sources', async () => {
    const livekit = {
      LIVEKIT_URL: 'http://127.0.0.1:7880',
      LIVEKIT_API_KEY: 'key',
      LIVEKIT_API_SECRET: SECRET,
    };
    const settings = await load(null, {}, livekit);
    expect(settings.targets).toMatchObject([{ name: 'livekit', url: 'ws://127.0.0.1:7880' }]);
    expect(settings.probes).not.toBeNull();
    expect(settings.lifecycle).not.toBeNull();
    expect(
      (await load(`${TARGETS}probes: {}`, {}, { ...livekit, ...env })).targets.map(
        ({ name }) => name,
      ),
    ).toEqual(['production']);
    expect((await load('probes: {}', {}, livekit)).targets.map(({ name }) => name)).toEqual([
      'livekit',
    ]);
  });

  it('reads modules, nodes and schedules', async () => {
    const yaml = `${TARGETS}    nodes:
      node-1: ws://10.0.0.1:7880
      node-2: { url: ws://10.0.0.2:7880, metricsUrl: http://10.0.0.2:6789/metrics }
    allowedUrls: [ws://10.0.*.*:7880]
    redis: redis://10.0.0.5:6379
probes:
  modules:
    hd: { kind: video_pair, codec: h264, resolution: 720p, duration: 5s, limits: { loss: 1%, latency: 200ms } }
  schedule:
    - { target: production, module: hd, interval: 1m, perNode: true }
`;
    const { targets, probes } = await load(yaml);
    expect(targets[0]?.nodes).toEqual([
      { name: 'node-1', url: 'ws://10.0.0.1:7880', metricsUrl: null },
      { name: 'node-2', url: 'ws://10.0.0.2:7880', metricsUrl: 'http://10.0.0.2:6789/metrics' },
    ]);
    expect(targets[0]?.isAllowedUrl('ws://10.0.9.9:7880')).toBe(true);
    expect(probes?.modules.get('hd')).toMatchObject({
      kind: 'video_pair',
      durationMs: 5_000,
      limits: { joinTimeMs: 5_000, loss: 0.01, latencyMs: 200 },
    });
    expect(probes?.schedule).toEqual([
      { target: 'production', module: 'hd', intervalMs: 60_000, perNode: true },
    ]);
  });

  it.each([
    ['', 'exporter.yaml:1:1: is empty'],
    ['probe: {}', 'exporter.yaml:1:1: probe: unknown key "probe"; did you mean probes?'],
    [
      `token: ${SECRET}\n${TARGETS}probes: {}`,
      'exporter.yaml:1:8: token: a secret must not stand in the file itself; write { env: NAME }',
    ],
    [
      TARGETS.replace('{ env: LK_SECRET }', SECRET),
      'exporter.yaml:5:16: targets.production.apiSecret: a secret must not stand in the file itself',
    ],
    [
      `${TARGETS.replace('LK_SECRET', 'NOT_SET')}probes: {}`,
      'exporter.yaml:5:16: targets.production.apiSecret: the environment variable NOT_SET is not set',
    ],
    [
      `token: { file: missing }\n${TARGETS}probes: {}`,
      'exporter.yaml:1:8: token: missing cannot be read: ENOENT',
    ],
    [
      TARGETS.replace('wss://', 'ftp://'),
      'exporter.yaml:3:10: targets.production.url: "ftp://livekit.example.com" has the scheme ftp',
    ],
    [
      TARGETS.replace('production', 'pro duction'),
      'exporter.yaml:2:3: targets.pro duction: the name of a target may hold',
    ],
    [
      `${TARGETS}    redis: redis://:${SECRET}@10.0.0.5\nprobes: {}`,
      'targets.production.redis: a password must not stand in the file itself',
    ],
    [
      `${TARGETS}    allowedUrls: ["ws://*"]`,
      'targets.production.allowedUrls[0]: the pattern matches every server',
    ],
    [
      `${TARGETS}probes:\n  modules:\n    talk: {}`,
      'exporter.yaml:8:11: probes.modules.talk: kind is missing; write kind: audio_pair, or video_pair',
    ],
    [
      `${TARGETS}probes:\n  modules:\n    hls: {}`,
      'exporter.yaml:8:10: probes.modules.hls: url is missing; write url: https://cdn',
    ],
    [
      `${TARGETS}probes:\n  modules:\n    radio: { kind: hls, url: https://me:pw@cdn.example.com/a.m3u8 }`,
      'probes.modules.radio.url: must be the address of a playlist, without credentials',
    ],
    [
      `${TARGETS}probes:\n  modules:\n    radio: { kind: hls, url: https://a.example/a.m3u8, hosts: [https://b.example] }`,
      'probes.modules.radio.hosts[0]: must be the name of a host; write cdn.example.com',
    ],
    [
      `${TARGETS}probes:\n  modules:\n    radio: { kind: hls, url: https://a.example/a.m3u8, codec: vp8, limits: { loss: 1% } }`,
      'probes.modules.radio.codec: hls has no codec; it has kind, url, hosts, bandwidth, duration, limits',
    ],
    [
      `${TARGETS}probes:\n  modules:\n    audio_pair: { url: https://a.example/a.m3u8 }`,
      'probes.modules.audio_pair.url: audio_pair has no url; only hls has it',
    ],
    [
      `${TARGETS}probes:\n  modules:\n    audio_pair: { limits: { age: 10s } }`,
      'probes.modules.audio_pair.limits: audio_pair has no age; only hls has it',
    ],
    [
      `${TARGETS}probes:\n  modules:\n    radio: { kind: hls, url: https://a.example/a.m3u8 }\n  schedule: [{ target: production, module: radio, interval: 1m, perNode: true }]`,
      'probes.schedule[0].perNode: radio follows a stream, which has no nodes',
    ],
    [
      `${TARGETS}probes:\n  modules:\n    join_only: { duration: 3s }`,
      'exporter.yaml:8:28: probes.modules.join_only.duration: join_only has no duration',
    ],
    [
      `${TARGETS}probes:\n  modules:\n    audio_pair: { duration: 3 }`,
      'a duration needs a unit; write 3s',
    ],
    [
      `${TARGETS}probes:\n  schedule: [{ target: prod, module: audio_pair, interval: 1m }]`,
      'probes.schedule[0].target: there is no target "prod"',
    ],
    [
      `${TARGETS}probes:\n  schedule: [{ target: production, module: audio_pear, interval: 1m }]`,
      'there is no module "audio_pear"; did you mean audio_pair?',
    ],
    [
      `${TARGETS}probes:\n  schedule: [{ target: production, module: audio_pair, interval: 1s }]`,
      'must be at least 5s',
    ],
    [
      `${TARGETS}probes:\n  modules:\n    audio_pair: { duration: 40s }`,
      'probes.modules.audio_pair.duration: no probe may take longer than 30s, and this one needs 40.5s',
    ],
    [
      `${TARGETS}probes:\n  modules:\n    agent_call: { pause: 30s }`,
      'probes.modules.agent_call.pause: no probe may take longer than 30s, and this one needs 32.7s',
    ],
    [
      `${TARGETS}probes:\n  modules: { audio_pair: { duration: 6s } }\n  schedule: [{ target: production, module: audio_pair, interval: 5s }]`,
      'probes.schedule[0].interval: audio_pair needs 6.5s, but the interval is 5s',
    ],
    [
      `${TARGETS}probes:\n  timeout: 2s\n  schedule: [{ target: production, module: video_pair, interval: 1m }]`,
      'probes.schedule[0].interval: video_pair needs 3.5s, but probes.timeout is 2s',
    ],
    [
      `${TARGETS}probes:\n  modules: { data_echo: { bytes: 1 } }`,
      'probes.modules.data_echo.bytes: must be a whole number from 20 to 15000',
    ],
    ['probes: {}', 'exporter.yaml: probes need a target'],
    [TARGETS, 'exporter.yaml: no source is on'],
    [`${TARGETS}probes: { enabled: false }`, 'exporter.yaml: no source is on'],
    [`listen: nonsense\n${TARGETS}probes: {}`, '"nonsense" is not an address to listen on'],
    [`tls: { cert: a.pem }\n${TARGETS}probes: {}`, 'exporter.yaml:1:1: tls: key is missing'],
  ])('rejects %j', async (yaml, message) => {
    const said = await problem(yaml);
    expect(said).toContain(message);
    expect(said).not.toContain(SECRET);
  });

  it('reports missing settings outside the file', async () => {
    expect(await problem(null, {}, {})).toContain(
      'there is nothing to export: no deployment is named; set LIVEKIT_URL',
    );
    expect(
      await problem(
        null,
        {},
        { LIVEKIT_URL: 'here', LIVEKIT_API_KEY: 'key', LIVEKIT_API_SECRET: SECRET },
      ),
    ).toContain('LIVEKIT_URL: ');
    expect(await problem(null, {}, { LIVEKIT_URL: 'ws://127.0.0.1:1' })).toContain(
      'LIVEKIT_API_KEY and LIVEKIT_API_SECRET are not',
    );
    expect(await problem(null, { config: join(dir, 'nowhere.yaml') })).toContain(
      '--config nowhere.yaml: cannot be read: there is no such file',
    );
    expect(await problem(null, { config: dir })).toContain('cannot be read: it is a folder');
    expect(await problem(`${TARGETS}probes: {}`, { tlsCert: 'a' })).toContain(
      '--tls-cert needs --tls-key',
    );
    await writeFile(join(dir, 'empty'), '\n');
    expect(await problem(`${TARGETS}probes: {}`, { tokenFile: join(dir, 'empty') })).toContain(
      'is empty',
    );
    expect(
      await problem(
        `${TARGETS}probes: {}`,
        {},
        { ...env, SWARM_EXPORTER_TOKEN: 'no spaces please' },
      ),
    ).toContain('a token');
  });

  it('reads the example', async () => {
    const example = new URL('../../../../examples/exporter/exporter.yaml', import.meta.url);
    const yaml = await readFile(example, 'utf8');
    const names = [...yaml.matchAll(/env: (\w+)/g)].map(([, name = '']) => name);
    expect(names.length).toBeGreaterThan(0);
    const settings = await loadSettings(
      { config: example.pathname },
      {
        ...Object.fromEntries(names.map((name) => [name, 'value'])),
        LIVEKIT_REDIS_URL: 'redis://10.0.0.5:6379',
      },
    );
    expect(settings.probes?.schedule.length).toBeGreaterThan(0);
    expect(settings.lifecycle).not.toBeNull();
  });
});
