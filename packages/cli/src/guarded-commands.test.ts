import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { PassThrough } from 'node:stream';
import type { Command } from 'commander';
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createProgram } from './program.ts';

/**
 * All commands. `guarded`: arguments with which the command would send participants to a server that it did not start; it must refuse a denied host
 * before it connects. `none`: the reason why the command needs no guard.
 */
const COMMANDS: Record<string, { guarded: readonly string[] } | { none: string }> = {
  swarm: { guarded: ['--rooms', '1'] },
  'swarm run': { guarded: ['scenarios/voice-ai.yaml'] },
  'swarm connectivity': { guarded: [] },
  'swarm verify': { guarded: [] },
  'swarm audit': { guarded: [] },
  'swarm audit verify': { none: 'reads a bundle' },
  'swarm ready': { guarded: ['scenarios/voice-ai.yaml', '--for', '10', '--at', '10:00'] },
  'swarm agents run': { guarded: ['scenarios/voice-agents.yaml'] },
  'swarm agents capacity': { guarded: ['scenarios/voice-agents.yaml'] },
  'swarm agents dispatch-rate': { guarded: [] },
  'swarm agents worker': { guarded: [] },
  'swarm agents status': { guarded: [] },
  'swarm capacity': { guarded: ['scenarios/voice-ai.yaml'] },
  'swarm soak': { guarded: ['--rooms', '1', '--participants', '2', '--duration', '5s'] },
  'swarm presence': {
    guarded: ['--rooms', '1', '--duration', '5s', '--listen', '127.0.0.1:0'],
  },
  'swarm chaos run': { guarded: ['chaos/hang-10s.yaml', '--unit', 'node=no-such-unit'] },
  'swarm chaos random': { guarded: ['--unit', 'node=no-such-unit', '--print', '1'] },
  'swarm chaos night': { guarded: ['chaos/hang-10s.yaml', '--unit', 'node=no-such-unit'] },
  'swarm roll': {
    guarded: [
      '1.13.4',
      '1.13.5',
      '--load',
      'scenarios/voice-ai.yaml',
      '--unit',
      'node=no-such-unit',
    ],
  },
  'swarm recordings run': { guarded: [] },
  'swarm exporter': { guarded: [] },
  'swarm ab': { none: 'takes two deployments, by host rules: contenders.test.ts' },
  'swarm regions': { none: 'servers of this host, in a network of their own' },
  'swarm host': { none: 'an agent has rules of its own, by its environment' },
  'swarm report': { none: 'reads records' },
  'swarm records': { none: 'reads records' },
  'swarm records prune': { none: 'removes records' },
  'swarm doctor': { none: 'looks at this host' },
  'swarm compare': { none: 'reads records' },
  'swarm capacity fit': { none: 'reads results' },
  'swarm capacity predict': { none: 'reads results' },
  'swarm plan': { none: 'starts nothing' },
  'swarm validate': { none: 'starts nothing' },
  'swarm init': { none: 'writes a file' },
  'swarm cost': { none: 'reads files' },
  'swarm lab up': { none: 'servers of this host' },
  'swarm scale': {
    guarded: [
      ...['examples/scale/autoscaler.yaml', '--kubernetes', 'livekit'],
      ...['--redis', 'redis://127.0.0.1:9'],
    ],
  },
  'swarm scale forecast': { none: 'reads files' },
  'swarm chaos report': { none: 'reads records' },
  'swarm chaos validate': { none: 'starts nothing' },
  'swarm chaos list': { none: 'reads files' },
  'swarm chaos plan': { none: 'looks at a target, sends no participants' },
  'swarm chaos doctor': { none: 'looks at a target, sends no participants' },
  'swarm chaos helper': { none: 'injects what the drill requests that started its pod' },
  'swarm chaos rollback': { none: 'removes what faults left' },
  'swarm hls': { none: 'loads the URL of its argument, by host rules: hls-target.test.ts' },
  'swarm whip': { none: 'loads the URLs of its flags, by host rules: whip.test.ts' },
  'swarm sip': { none: 'calls the address of its argument, by host rules: sip-target.test.ts' },
  'swarm recordings check': { none: 'reads files' },
  'swarm mixin': { none: 'writes files' },
  'swarm session': { none: 'asks an exporter' },
  'swarm slo report': { none: 'asks a Prometheus' },
  'swarm hosts': { none: 'lists hosts of a queue' },
  'swarm completion': { none: 'prints a script' },
  'swarm version': { none: 'prints versions' },
  'swarm help': { none: 'prints the help of a command' },
};

const stream = (): PassThrough => new PassThrough();

const ENV = {
  LIVEKIT_URL: 'ws://127.0.0.1:9',
  LIVEKIT_API_KEY: 'key',
  LIVEKIT_API_SECRET: 'secret-of-a-sufficient-length-000',
  SWARM_DENY_HOST: '127.0.0.1',
};

// Options read the environment of the process.
beforeEach(() => {
  for (const [name, value] of Object.entries(ENV)) vi.stubEnv(name, value);
});
afterEach(() => {
  vi.unstubAllEnvs();
});

const programOf = (): Command =>
  createProgram({ stdout: stream(), stderr: stream(), env: process.env }, () => {});

/** Names of all commands with an action, without groups. */
const pathsOf = (command: Command, path: string): string[] => [
  ...(command.commands.length === 0 ||
  command.registeredArguments.length > 0 ||
  ['swarm', 'swarm audit'].includes(path)
    ? [path]
    : []),
  ...command.commands.flatMap((one) => pathsOf(one, `${path} ${one.name()}`)),
];

test('every command is known here: a new one states how it is guarded', () => {
  const all = pathsOf(programOf(), 'swarm').filter((path) => !path.startsWith('swarm lab'));
  expect(all.toSorted()).toEqual(
    Object.keys(COMMANDS)
      .filter((path) => !path.startsWith('swarm lab'))
      .toSorted(),
  );
});

/** Commands that send participants, with arguments whose files are absolute. */
const GUARDED = Object.entries(COMMANDS).flatMap(([path, how]): [string, string[]][] =>
  'guarded' in how
    ? [[path, how.guarded.map((word) => (/\.yaml$/.test(word) ? resolve(word) : word))]]
    : [],
);

const call = (path: string, args: readonly string[]): Promise<unknown> =>
  programOf().parseAsync([...path.split(' ').slice(1), ...args], { from: 'user' });

const DENIED = { code: 'usage', message: expect.stringContaining('127.0.0.1 is denied') };

describe('refuses a denied host before it connects', () => {
  test.each(GUARDED)('%s', async (path, args) => {
    await expect(call(path, args)).rejects.toMatchObject(DENIED);
  });
});

// The exporter has a configuration of its own.
describe.each(GUARDED.filter(([path]) => path !== 'swarm exporter'))('%s', (path, args) => {
  const folder = mkdtempSync(join(tmpdir(), 'swarm-guarded-'));
  const before = process.cwd();
  beforeEach(() => {
    vi.stubEnv('SWARM_DENY_HOST', undefined);
    process.chdir(folder);
  });
  afterEach(() => {
    process.chdir(before);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test('refuses a host that swarm.yaml denies, or does not allow', async () => {
    writeFileSync('swarm.yaml', 'denyHosts: [127.0.0.1]\n');
    await expect(call(path, args)).rejects.toMatchObject(DENIED);
    writeFileSync('swarm.yaml', 'allowHosts: [10.0.0.1]\n');
    await expect(call(path, args)).rejects.toThrow('127.0.0.1 is not allowed');
  });

  test('refuses an API that may be of another deployment', async () => {
    writeFileSync('swarm.yaml', 'roomPrefix: loadtest\n');
    vi.stubEnv('LIVEKIT_API_URL', 'https://api.example.com');
    vi.stubEnv('CI', undefined);
    await expect(call(path, [...args, '--url', 'ws://127.0.0.2:9'])).rejects.toThrow(
      '--url is on 127.0.0.2, and LIVEKIT_API_URL on api.example.com: these may be two deployments',
    );
    vi.stubEnv('LIVEKIT_URL', undefined);
    writeFileSync('swarm.yaml', 'url: ws://127.0.0.2:9\ndenyHosts: [127.0.0.2]\n');
    const isDrill = /^swarm (?:chaos|roll|scale)/.test(path);
    const named = isDrill ? 'the URL and the API key' : 'url of swarm.yaml is';
    await expect(call(path, args)).rejects.toThrow(named);
    vi.stubEnv('LIVEKIT_API_URL', 'http://127.0.0.2:8080');
    const denied = isDrill ? 'the URL and the API key' : 'is denied by';
    await expect(call(path, args)).rejects.toThrow(denied);
  });
});
