import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { formatThreshold, parseThreshold } from '@livekit-swarm/metrics';
import { parseScenario } from '@livekit-swarm/scenario';
import { explain, isUsageError } from '@livekit-swarm/settings';
import { scenarioOfLoad } from '@livekit-swarm/testkit/load-spec';
import { Command, Option } from 'commander';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { adjustScenario, fileOptions } from '../adjust-scenario.ts';
import { noSwarmYamlFlag, readsFolderSettings } from '../flags/no-swarm-yaml.ts';
import { withFolderThresholds } from './apply-settings.ts';
import { firstSettings } from './first-settings.ts';
import { type FolderSettings, parseFolderSettings, readFolderSettings } from './read-settings.ts';
import { folderSettingsJsonSchema } from './schema.ts';
import { useFolderSettings } from './use-settings.ts';

const FILE = `
url: wss://livekit.staging.example.com
allowHosts: ['*.Staging.example.com', 10.0.0.0/8]
denyHosts: [livekit.example.com]
roomPrefix: loadtest
thresholds:
  join_time: [p(95)<1000]
  packet_loss{kind:audio}: rate<2%
`;

/** Problems of a text, as they are printed. */
const problemsOf = (text: string): string => {
  try {
    parseFolderSettings(text);
  } catch (error) {
    if (isUsageError(error)) return explain(error);
    throw error;
  }
  return '';
};

const expressionsOf = ({ thresholds }: { thresholds: FolderSettings['thresholds'] }): string[] =>
  thresholds.map(({ threshold }) => formatThreshold(threshold));

describe('swarm.yaml', () => {
  it('is read with positions', () => {
    const settings = parseFolderSettings(FILE);
    expect(settings).toMatchObject({
      url: 'wss://livekit.staging.example.com',
      allowHosts: ['*.Staging.example.com', '10.0.0.0/8'],
      denyHosts: ['livekit.example.com'],
      roomPrefix: 'loadtest',
    });
    expect(expressionsOf(settings)).toEqual([
      'join_time: p(95)<1000',
      expect.stringContaining('packet_loss{kind:audio}'),
    ]);
    expect(settings.thresholds.map(({ at }) => at)).toEqual(['swarm.yaml:7:15', 'swarm.yaml:8:28']);
  });

  it.each([
    ['urll: wss://a.example.com', /swarm\.yaml:1:1.*unknown key "urll"[\s\S]*did you mean url\?/],
    ['url: livekit.example.com', /swarm\.yaml:1:6.*has no scheme/],
    ['url: wss://me:hunter2@livekit.example.com', /swarm\.yaml:1:6.*carries credentials/],
    ['denyHosts: ["https://a.example.com"]', /swarm\.yaml:1:13.*is not a host/],
    ['allowHosts: a.example.com', /must be a list of hosts/],
    ['thresholds:\n  join_tme: [p(95)<1000]', /swarm\.yaml:2:\d+[\s\S]*did you mean join_time\?/],
    ['thresholds:\n  join_time:\n    - p(95)<1000\n    - p(95)', /swarm\.yaml:4:7/],
    ['thresholds: [a]', /must be a mapping of metrics/],
    ['- url', /is not a file of settings/],
  ])('reports what is wrong with %j', (text, message) => {
    expect(problemsOf(text)).toMatch(message);
  });

  it.each(['apiKey', 'apiSecret', 'api_secret', 'api-key', 'secret', 'token', 'password', 'keys'])(
    'refuses %s, with a hint at the environment and without the value',
    (key) => {
      const problems = problemsOf(`${key}: hunter2`);
      expect(problems).toMatch(/set LIVEKIT_API_KEY and LIVEKIT_API_SECRET in the environment/);
      expect(problems).not.toContain('hunter2');
    },
  );

  it('is missing where it is missing, and read where it is', () => {
    const folder = mkdtempSync(join(tmpdir(), 'swarm-settings-'));
    expect(readFolderSettings(folder)).toBeNull();
    writeFileSync(join(folder, 'swarm.yaml'), FILE);
    expect(readFolderSettings(folder)?.roomPrefix).toBe('loadtest');
    rmSync(folder, { recursive: true });
  });

  it('is an error where it cannot be read: its host rules would be missing', () => {
    const folder = mkdtempSync(join(tmpdir(), 'swarm-settings-'));
    symlinkSync('nowhere', join(folder, 'swarm.yaml'));
    expect(() => readFolderSettings(folder)).toThrow(/swarm\.yaml: cannot be read: ENOENT/);
    rmSync(folder, { recursive: true });
  });

  it('that swarm init writes is valid', () => {
    const settings = parseFolderSettings(firstSettings('./swarm.schema.json'));
    expect({ ...settings, thresholds: expressionsOf(settings) }).toEqual({
      url: null,
      allowHosts: [],
      denyHosts: [],
      roomPrefix: 'loadtest',
      thresholds: ['join_time: p(95)<2000'],
    });
  });

  it('has a JSON Schema with its address and every metric', () => {
    const schema = folderSettingsJsonSchema();
    expect(schema.$id).toMatch(/\/packages\/cli\/schema\/swarm\.schema\.json$/);
    expect(Object.keys(schema.properties ?? {})).toEqual([
      'url',
      'allowHosts',
      'denyHosts',
      'roomPrefix',
      'thresholds',
    ]);
    expect(schema.properties?.thresholds?.properties).toHaveProperty('join_time');
  });
});

describe('a scenario', () => {
  const settings = parseFolderSettings(FILE);
  const texts = (scenario: { thresholds: ReturnType<typeof parseThreshold>[] }): string[] =>
    scenario.thresholds.map(formatThreshold);

  it('takes thresholds below its own, and those of flags above both', () => {
    const own = scenarioOfLoad({}, [parseThreshold('join_time: p(95)<500')]);
    expect(texts(withFolderThresholds(own, settings))).toEqual(
      expect.arrayContaining(['join_time: p(95)<500', expect.stringContaining('packet_loss')]),
    );
    expect(texts(withFolderThresholds(own, settings))).toHaveLength(2);
    const adjusted = adjustScenario(own, {
      threshold: ['join_time: p(95)<250'],
      tag: [],
      folderSettings: settings,
    });
    expect(texts(adjusted)).toContain('join_time: p(95)<250');
    expect(texts(adjusted)).not.toContain('join_time: p(95)<500');
  });

  it.each([
    ['', 'loadtest'],
    ['roomPrefix: mine', 'mine'],
    // The prefix of the file equals the default, and still wins.
    ['roomPrefix: swarm', 'swarm'],
  ])('takes the prefix for rooms that have none of their own: %j', (line, prefix) => {
    const text = `scenario: a
groups:
  calls:
    executor: constant-rooms
    rooms: 1
    joinRate: 1/s
    duration: 5s
    ${line}
    roles: { caller: { count: 2, publish: audio } }
scales: { large: { groups: { calls: { rooms: 2 } } } }
`;
    for (const scale of [undefined, 'large', '3']) {
      const options = { ...fileOptions({ folderSettings: settings }), file: 'a.yaml', scale };
      expect(parseScenario(text, options).groups[0]?.roomPrefix).toBe(prefix);
    }
    expect(parseScenario(text, { file: 'a.yaml', ...fileOptions({}) }).groups[0]?.roomPrefix).toBe(
      line === '' ? 'swarm' : prefix,
    );
  });

  it('without the role of a threshold is refused, with the place in the file', () => {
    const odd = parseFolderSettings('thresholds:\n  join_time{role:agent}: p(95)<1000\n');
    expect(() => withFolderThresholds(scenarioOfLoad(), odd)).toThrow(/^swarm\.yaml:2:26: /);
  });
});

describe('a command', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'swarm-settings-'));
    writeFileSync(join(folder, 'swarm.yaml'), FILE);
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  });

  interface Used {
    opts: { url?: string; roomPrefix?: string; folderSettings?: FolderSettings };
    urlSource: string | undefined;
    stderr: string;
  }

  const use = async (args: string[], env: NodeJS.ProcessEnv = {}): Promise<Used> => {
    const stderr = new PassThrough();
    const command = new Command('run')
      .addOption(new Option('--url <url>').env('TEST_URL'))
      .option('--server <server>')
      .option('--embedded')
      .option('--room <name>')
      .addOption(new Option('--room-prefix <text>').env('TEST_ROOM_PREFIX'))
      .option('--quiet')
      .argument('[file]')
      .exitOverride();
    command.parse(args, { from: 'user' });
    await useFolderSettings(command, { stdout: stderr, stderr, env }, folder);
    return {
      opts: command.opts(),
      urlSource: command.getOptionValueSource('url'),
      stderr: String(stderr.read() ?? ''),
    };
  };

  it('takes what no flag gives, as not typed, and names it', async () => {
    const { opts, urlSource, stderr } = await use([]);
    expect(opts).toMatchObject({
      url: 'wss://livekit.staging.example.com',
      roomPrefix: 'loadtest',
      folderSettings: { denyHosts: ['livekit.example.com'] },
    });
    expect(urlSource).toBe('config');
    expect(stderr).toMatch(
      /^swarm\.yaml: url wss:\/\/livekit\.staging\.example\.com; hosts allowed .*; hosts denied livekit\.example\.com; room prefix loadtest; thresholds on join_time, packet_loss\n$/,
    );
    expect((await use(['--quiet'])).stderr).toBe('');
  });

  it.each([
    [['--url', 'ws://127.0.0.1:7880'], 'ws://127.0.0.1:7880'],
    [['--server', '1.13.4'], undefined],
    [['--embedded'], undefined],
  ])('with %j does not take the URL, but the host rules', async (args, url) => {
    const { opts } = await use(args);
    expect(opts.url).toBe(url);
    expect(opts.folderSettings).toMatchObject({ url: null, denyHosts: ['livekit.example.com'] });
  });

  it('does not take the URL in a CI job: a pull request can change the file', async () => {
    const { opts, stderr } = await use([], { CI: 'true' });
    expect(opts.url).toBeUndefined();
    expect(stderr).toMatch(/url is not used in a CI job/);
    expect((await use(['--url', 'ws://a'], { CI: 'true' })).stderr).not.toMatch(/CI job/);
  });

  it.each([[['--room-prefix', 'mine']], [['--room', 'hall']]])(
    'with %j does not take the prefix',
    async (args) => {
      const { opts, stderr } = await use(args);
      expect(opts.roomPrefix).not.toBe('loadtest');
      expect(opts.folderSettings?.roomPrefix).toBeNull();
      expect(stderr).not.toContain('prefix');
    },
  );

  it('takes the prefix beside a scenario file in spite of a variable', async () => {
    vi.stubEnv('TEST_ROOM_PREFIX', 'mine');
    expect((await use([])).opts.folderSettings?.roomPrefix).toBeNull();
    expect((await use(['a.yaml'])).opts.folderSettings?.roomPrefix).toBe('loadtest');
  });

  it('of the exporter leaves the lines to its log, and its own file or the environment names deployments', async () => {
    const taken = async (args: string[], env: NodeJS.ProcessEnv = {}) => {
      const stderr = new PassThrough();
      const command = new Command('exporter').option('--config <file>');
      new Command('swarm').addCommand(command);
      command.parse(args, { from: 'user' });
      await useFolderSettings(command, { stdout: stderr, stderr, env }, folder);
      expect(stderr.read()).toBeNull();
      return command.opts<{ folderSettings: FolderSettings; folderSettingsLines: string[] }>();
    };
    const { folderSettings, folderSettingsLines } = await taken([]);
    expect(folderSettings).toMatchObject({
      url: 'wss://livekit.staging.example.com',
      denyHosts: ['livekit.example.com'],
      roomPrefix: null,
      thresholds: [],
    });
    expect(folderSettingsLines).toEqual([
      expect.stringMatching(/^swarm\.yaml: url wss:.*; hosts denied livekit\.example\.com$/),
    ]);
    for (const other of [
      await taken(['--config', 'exporter.yaml']),
      await taken([], { LIVEKIT_URL: 'ws://127.0.0.1:7880' }),
      await taken([], { CI: 'true' }),
    ])
      expect(other.folderSettings).toMatchObject({ url: null, denyHosts: ['livekit.example.com'] });
    const { folderSettingsLines: inCi } = await taken([], { CI: 'true' });
    expect(inCi[0]).toMatch(
      /url is not used in a CI job, which must name its server: LIVEKIT_URL$/,
    );
  });

  it('reads nothing with --no-swarm-yaml', () => {
    const command = new Command().addOption(noSwarmYamlFlag()).exitOverride();
    expect(readsFolderSettings(command.parse([], { from: 'user' }))).toBe(true);
    expect(readsFolderSettings(command.parse(['--no-swarm-yaml'], { from: 'user' }))).toBe(false);
    expect(readsFolderSettings(new Command())).toBe(false);
  });
});
