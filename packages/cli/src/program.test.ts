import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { createProgram } from './program.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

const swarm = async (env: Record<string, string>, ...args: string[]): Promise<string> => {
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  const stdout = new PassThrough();
  const console = { stdout, stderr: stdout, env: process.env };
  await createProgram(console, () => {}).parseAsync(args, { from: 'user' });
  return String(stdout.read() ?? '');
};

describe('a variable that is set but empty', () => {
  it.each([
    ['LIVEKIT_URL', ['--print-scenario']],
    ['LIVEKIT_API_KEY', ['--print-scenario']],
    ['LIVEKIT_API_SECRET', ['--print-scenario']],
    ['SWARM_ROOMS', ['--print-scenario']],
    ['SWARM_THRESHOLD', ['--print-scenario']],
    ['SWARM_QUIET', ['--print-scenario']],
    ['SWARM_URL', ['plan', 'missing.yaml']],
    ['LIVEKIT_URL', ['chaos', 'plan', 'missing.yaml']],
    ['SWARM_EXPORTER_LISTEN', ['exporter']],
  ])('%s: an error that names it, in %j', async (name, args) => {
    await expect(swarm({ [name]: '' }, ...args)).rejects.toMatchObject({
      code: 'usage',
      message: `${name} is set but empty`,
    });
  });

  it('does not matter where a flag overrides it, or no flag reads it', async () => {
    expect(await swarm({ SWARM_ROOMS: '' }, '--rooms', '3', '--print-scenario')).toContain(
      'rooms: 3',
    );
    expect(
      await swarm({ SWARM_URL: 'ws://a', LIVEKIT_URL: '' }, '--rooms', '3', '--print-scenario'),
    ).toContain('rooms: 3');
    expect(await swarm({ LIVEKIT_URL: '' }, 'chaos', 'list', '--json')).toContain('{');
  });
});

it.each([
  [
    { SWARM_ROOMS: '50', SWARM_VIDEO: '180p' },
    ['run', 'none.yaml'],
    /^warning: SWARM_ROOMS, SWARM_VIDEO of the environment are not used: the scenario none\.yaml defines the load\n/,
  ],
  [{ SWARM_DURATION: '5s' }, ['soak', 'none.yaml'], /^warning: SWARM_DURATION .* is not used/],
  [
    { SWARM_SCALE: 'small' },
    ['run', '--rooms', '0'],
    /^warning: SWARM_SCALE .* is not used: there is no scenario file\n/,
  ],
])('names variables that a command does not use: %j', async (env, args, line) => {
  const stream = new PassThrough();
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  const program = createProgram({ stdout: stream, stderr: stream, env: process.env }, () => {});
  await expect(program.parseAsync(args, { from: 'user' })).rejects.toThrow();
  expect(String(stream.read() ?? '')).toMatch(line);
});

it('does not blame a variable that a command does not use', async () => {
  vi.stubEnv('SWARM_ROOMS', '50');
  vi.stubEnv('SWARM_SETTLE', '2s');
  const stream = new PassThrough();
  const program = createProgram({ stdout: stream, stderr: stream, env: process.env }, () => {});
  await expect(program.parseAsync(['run', 'none.yaml'], { from: 'user' })).rejects.toMatchObject({
    message: expect.stringContaining('none.yaml'),
    hint: expect.stringMatching(/from the environment: (?!.*SWARM_ROOMS).*SWARM_SETTLE/),
  });
});

it('swarm ab takes no metrics from the environment, which names those of one deployment', async () => {
  const env = { SWARM_SERVER_METRICS: 'http://10.0.0.5:6789/metrics' };
  await expect(swarm(env, 'ab', '--server', '1.13.5')).rejects.toThrow(
    'two servers are compared, not 1',
  );
});

it('swarm ab refuses a scenario whose server a token endpoint names', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'swarm-ab-')), 'calls.yaml');
  onTestFinished(() => rmSync(dirname(file), { recursive: true }));
  writeFileSync(
    file,
    `scenario: calls
groups:
  calls:
    executor: constant-rooms
    rooms: 1
    duration: 5s
    roles:
      user: { publish: audio, connect: { url: 'https://app.example.com/token' } }
`,
  );
  const sides = ['--server', '1.11.0', '--server', '1.13.5'];
  await expect(swarm({}, 'ab', ...sides, file)).rejects.toThrow('token endpoint (connect)');
});

describe('swarm alone', () => {
  const URL = {
    LIVEKIT_URL: 'wss://lk.example.com',
    LIVEKIT_API_KEY: 'k',
    LIVEKIT_API_SECRET: 's',
  };

  it.each([{}, URL, { ...URL, SWARM_QUIET: '1' }])('prints a short help, with %j', async (env) => {
    const shown = await swarm(env);
    expect(shown.split('\n').length).toBeLessThanOrEqual(20);
    expect(shown.match(/^ {2}swarm /gm)).toHaveLength(3);
    expect(shown).toContain('swarm --help');
  });

  it.each([
    ['--no-color'],
    ['--no-swarm-yaml'],
    ['--json'],
    ['--ui'],
    ['--record', 'x'],
    ['--quiet', '--tag', 'a=b'],
    ['--deny-host', 'a.example.com'],
    ['--ca', 'ca.pem'],
    ['--api-url', 'https://lk.example.com'],
    ['--api-key', 'k', '--api-secret', 's'],
    ['--signalling', 'v1'],
  ])('starts no load for a flag that describes none: %s', async (...flags) => {
    await expect(swarm(URL, ...flags)).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringMatching(
        /^swarm --[a-z-]+: neither a scenario file nor a flag describes a load$/,
      ),
    });
  });

  it('runs the load of a variable, which here needs a confirmation', async () => {
    await expect(swarm({ ...URL, SWARM_ROOMS: '3' })).rejects.toMatchObject({
      code: 'usage',
      hint: expect.stringContaining('--confirm-target lk.example.com'),
    });
  });

  it('runs the load of a flag', async () => {
    await expect(swarm(URL, '--rooms', '3')).rejects.toMatchObject({
      hint: expect.stringContaining('--confirm-target lk.example.com'),
    });
  });
});

it.each([
  [[], /^Load tests, checks and faults/],
  [['run'], /^Usage: swarm run /],
  [['chaos', 'plan'], /^Usage: swarm chaos plan /],
])('shows the help of a command: swarm help %j', async (words, page) => {
  const stdout = new PassThrough();
  const program = createProgram({ stdout, stderr: stdout, env: process.env }, () => {});
  await expect(program.parseAsync(['help', ...words], { from: 'user' })).rejects.toMatchObject({
    exitCode: 0,
  });
  expect(String(stdout.read())).toMatch(page);
});
