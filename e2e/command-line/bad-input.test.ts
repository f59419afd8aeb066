import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runSwarm, scratch } from '../support/swarm.ts';

const KEYS = ['--api-key', 'key', '--api-secret', 'secret-that-must-not-be-shown'];

/** [what, flags, what the message must say] */
const BAD: [string, string[], RegExp][] = [
  ['zero rooms', ['--rooms', '0'], /--rooms 0: must be a whole number from 1 to/],
  ['a negative number', ['--participants', '-3'], /--participants -3: must be a whole number/],
  [
    'an absurd number',
    ['--rooms', '1000000000'],
    /--rooms 1000000000: must be a whole number from 1 to 100000/,
  ],
  [
    'an absurd number of participants',
    ['--rooms', '100000', '--participants', '10000'],
    /--rooms 100000: more than 200000 participants would join/,
  ],
  [
    'more ports than there are',
    ['--rooms', '40000'],
    /80000 participants at a time need up to \d+ local ports.*\n.*ip_local_port_range/,
  ],
  ['no number at all', ['--rooms', 'many'], /--rooms many: must be a whole number/],
  ['half a participant', ['--participants', '1.5'], /whole number/],
  ['a join rate of zero', ['--join-rate', '0'], /--join-rate 0: must be a number above 0/],
  [
    'a duration without a unit',
    ['--duration', '30'],
    /--duration 30: a duration needs a unit; write 30s/,
  ],
  ['a duration of nothing', ['--duration', '0s'], /--duration 0s: .* must be at least 1s/],
  ['no workers', ['--processes', '0'], /--processes 0: must be a whole number from 1 to 256/],
  ['an unknown kind', ['--publish', 'audio,smell'], /"smell" cannot be published/],
  [
    'an unknown codec',
    ['--codec', 'av2', '--publish', 'video'],
    /--codec av2: unknown codec "av2"; /,
  ],
  [
    'an unknown resolution',
    ['--video', '4k', '--publish', 'video'],
    /--video 4k: "4k" is not an available resolution; write 180p, /,
  ],
  ['an unknown layout', ['--layout', 'cinema'], /--layout cinema: "cinema" is not a layout/],
  [
    'one room and many',
    ['--room', 'a', '--rooms', '3'],
    /--rooms 3: must be 1, because room names one/,
  ],
  ['simulcast without video', ['--simulcast'], /--simulcast: has no effect: no video is published/],
  [
    'an unknown output',
    ['--rooms', '1', '--out', 'influxdb=http://localhost'],
    /there is no output "influxdb"/,
  ],
  [
    'an output without a URL',
    ['--rooms', '1', '--out', 'prometheus-rw'],
    /--out prometheus-rw: names no URL.*\n.*--out prometheus-rw=http/,
  ],
  [
    'an output with a URL that is none',
    ['--rooms', '1', '--out', 'otlp=http://me:secret-that-must-not-be-shown@'],
    /--out otlp: not a URL/,
  ],
  ['no participants', ['--participants', '0'], /no participant would join/],
  [
    'a threshold that is none',
    ['--threshold', 'jitterr: p(95)<1'],
    /unknown metric "jitterr"[\s\S]*did you mean jitter\?/,
  ],
  ['a threshold that ends early', ['--threshold', 'jitter: p(95)<'], /expected a number/],
  ['an unknown flag', ['--romms', '3'], /unknown flag --romms\n.*did you mean --rooms\?/],
  ['an unknown command', ['reprot', 'x'], /unknown command "reprot"/],
  [
    'a URL without keys',
    ['--url', 'ws://127.0.0.1:1'],
    /API key and API secret of this deployment are missing[\s\S]*LIVEKIT_API_KEY/,
  ],
  ['a URL without a scheme', ['--url', '127.0.0.1:7880', ...KEYS], /has no scheme[\s\S]*ws:\/\//],
  [
    'a URL with a password',
    ['--url', 'ws://me:hunter2@127.0.0.1:1', ...KEYS],
    /carries credentials/,
  ],
  ['keys without a URL', ['--rooms', '1', ...KEYS], /--api-key has no effect without --url/],
  ['keys without a load', KEYS, /--api-key: neither a scenario file nor a flag describes a load/],
  [
    'a server to start beside a URL',
    ['--url', 'ws://127.0.0.1:1', ...KEYS, '--server', '1.11.0'],
    /--server and --url: these are two servers[\s\S]*leave one out/,
  ],
  ['an unknown server version', ['--server', '0.1'], /1\.13\.5, 1\.13\.4/],
];

describe('bad input', () => {
  it.each(BAD)('%s', async (_what, args, message) => {
    const dir = scratch();
    const { exit, stdout, stderr } = await runSwarm([...args, '--json'], {}, dir);
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/^error:/);
    expect(exit).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).not.toMatch(/hunter2|secret-that-must-not-be-shown/);
    expect(existsSync(join(dir, 'records')) ? readdirSync(join(dir, 'records')) : []).toEqual([]);
  });

  it('lists every problem at once', async () => {
    const { stderr } = await runSwarm(['--rooms', '0', '--join-rate', '-1', '--codec', 'av2']);
    expect(stderr).toMatch(/--rooms 0[\s\S]*--codec av2[\s\S]*--join-rate -1/);
  });

  it('names a record folder that cannot be written before anything is started', async () => {
    const dir = scratch();
    writeFileSync(join(dir, 'file'), '');
    const { exit, stderr } = await runSwarm(['--rooms', '1', '--record', join(dir, 'file')]);
    expect(exit).toBe(2);
    expect(stderr).toMatch(
      /--record .*file: the record cannot be written there: a part of the path is a file\n {2}→ give a folder/,
    );
    expect(stderr).not.toMatch(/livekit-server/);
  });

  it('does not write over an earlier record', async () => {
    const dir = scratch();
    writeFileSync(join(dir, 'record.ndjson'), 'precious');
    const { exit, stderr } = await runSwarm(['--rooms', '1', '--record', dir]);
    expect(exit).toBe(2);
    expect(stderr).toMatch(/the folder already has a record/);
  });

  it('explains what the environment got wrong', async () => {
    const { exit, stderr } = await runSwarm([], { SWARM_ROOMS: '0' });
    expect(exit).toBe(2);
    expect(stderr).toMatch(/--rooms 0: must be a whole number/);
    expect(stderr).toMatch(/SWARM_ROOMS/);
    expect((await runSwarm([], { SWARM_SIMULCAST: 'perhaps' })).stderr).toMatch(
      /SWARM_SIMULCAST=perhaps: is neither yes nor no/,
    );
  });

  it('lets flags go before the environment', async () => {
    const { stderr } = await runSwarm(['--rooms', '-7'], { SWARM_ROOMS: '0' });
    expect(stderr).toMatch(/--rooms -7/);
  });

  it('reports a record that is missing or not a record', async () => {
    const dir = scratch();
    writeFileSync(join(dir, 'x.ndjson'), 'no JSON');
    const missing = await runSwarm(['report', join(dir, 'nowhere')]);
    expect([missing.exit, missing.stderr]).toEqual([
      2,
      expect.stringMatching(/nowhere: there is no such file or folder/),
    ]);
    const empty = await runSwarm(['report', dir]);
    expect([empty.exit, empty.stderr]).toEqual([
      2,
      expect.stringMatching(/there is no record\.ndjson in this folder/),
    ]);
    const none = await runSwarm(['report', join(dir, 'x.ndjson')]);
    expect([none.exit, none.stderr]).toEqual([2, expect.stringMatching(/not a run record/)]);
  });
});

describe('help', () => {
  it('shows flags in groups, examples, exit codes and the environment', async () => {
    const { exit, stdout, stderr } = await runSwarm(['run', '--help']);
    expect(exit).toBe(0);
    expect(stderr).toBe('');
    for (const part of [
      'Load:',
      '--join-rate',
      'Examples:',
      'swarm report',
      'Exit codes:',
      ' 98 ',
      'SWARM_JOIN_RATE',
      'LIVEKIT_API_SECRET',
    ]) {
      expect(stdout).toContain(part);
    }
  });

  it.each(['report', 'doctor'])('has a page for %s', async (command) => {
    const { exit, stdout } = await runSwarm([command, '--help']);
    expect(exit).toBe(0);
    expect(stdout).toContain(`Usage: swarm ${command}`);
  });

  it('prints its version', async () => {
    expect((await runSwarm(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});
