import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { EXIT_CODES, isUsageError, SwarmError } from '@livekit-swarm/settings';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createProgram } from './program.ts';

let dir = '';
beforeEach(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'swarm-chaos-')));
  // Keeps the journal and the labs of the developer out of the tests.
  vi.stubEnv('XDG_CACHE_HOME', dir);
  vi.stubEnv('XDG_STATE_HOME', dir);
  vi.stubEnv('CI', undefined);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(dir, { recursive: true });
});

/** Runs a command; what it throws is for main.ts to print. */
const swarm = async (
  ...args: string[]
): Promise<{ exit: number | null; stdout: string; error: Error | null }> => {
  const stdout = new PassThrough();
  let text = '';
  stdout.setEncoding('utf8').on('data', (piece: string) => {
    text += piece;
  });
  const stream = stdout;
  let exit: number | null = null;
  let error: Error | null = null;
  const program = createProgram({ stdout: stream, stderr: stream, env: process.env }, (code) => {
    exit = code;
  });
  try {
    await program.parseAsync(['chaos', ...args], { from: 'user' });
  } catch (thrown) {
    if (!isUsageError(thrown) && !(thrown instanceof SwarmError)) throw thrown;
    error = thrown;
  }
  return { exit, stdout: text, error };
};

const DRILL = `drill: mine
faults:
  - { fault: kill, target: room-node, for: 10s }
`;

const file = (name: string, text: string): string => {
  const path = join(dir, name);
  writeFileSync(path, text);
  return path;
};

describe('swarm chaos validate', () => {
  it('lists valid files, and every problem of the others', async () => {
    const [good, bad] = [
      file('good.yaml', DRILL),
      file('bad.yaml', DRILL.replace('10s', '10').replace('kill', 'kil')),
    ];
    const { exit, stdout } = await swarm(
      'validate',
      good,
      bad,
      join(dir, 'none.yaml'),
      dir,
      '--no-color',
    );
    expect(exit).toBe(2);
    expect(stdout).toBe(`✓ ${good}
✗ ${bad}
  ${bad}:3:14: faults[0].fault: unknown fault "kil"
    → did you mean kill?
✗ ${join(dir, 'none.yaml')}
  ${join(dir, 'none.yaml')}: there is no such file
    → "swarm chaos list" lists the drills that come with swarm
✗ ${dir}
  ${dir}: is a folder
    → give the files in it: ${dir}/*.yaml
`);
  });

  it('finds two of one name', async () => {
    const [a, b] = [file('a.yaml', DRILL), file('b.yaml', DRILL)];
    const { exit, stdout } = await swarm('validate', a, b, '--json');
    expect(exit).toBe(2);
    const { valid, files } = JSON.parse(stdout) as {
      valid: boolean;
      files: { valid: boolean; drill: string; problems: object[] }[];
    };
    expect([valid, ...files.map((one) => one.valid)]).toEqual([false, true, false]);
    expect(files[1]?.problems).toEqual([
      {
        code: 'conflict',
        file: b,
        line: null,
        column: null,
        path: '',
        message: `${a} has the name "mine", too`,
        hint: 'give each a name of its own',
      },
    ]);
  });
});

describe('swarm chaos list', () => {
  it('lists drills and faults', async () => {
    const { exit, stdout } = await swarm('list', '--json');
    expect(exit).toBe(0);
    const { drills, faults } = JSON.parse(stdout) as {
      drills: { name: string; result: string }[];
      faults: { name: string; params: object }[];
    };
    const results = new Map(drills.map(({ name, result }) => [name, result]));
    expect(results.get('kill-room-node')).toBe('passes');
    expect(results.get('hang-10s')).toBe('fails');
    expect(faults.find(({ name }) => name === 'packet-loss')?.params).toHaveProperty('loss');
    const text = (await swarm('list', '--no-color')).stdout;
    expect(text).toMatch(/DRILLS\n.*\n[\s\S]*FAULTS\n {2}kill /);
    expect(text).toMatch(/limits of a node are settings of the lab[\s\S]*see node-full/);
  });
});

describe('a word too many', () => {
  it.each([
    ['plan', 'a.yaml', 'b.yaml'],
    ['rollback', 'mine'],
    ['list', 'chaos'],
    ['doctor', 'lab'],
  ])('is refused by swarm chaos %s', async (...args) => {
    const { error } = await swarm(...args);
    expect(error?.message).toMatch(/^swarm chaos \w+: unexpected argument/);
  });
});

it('names the help page where a command does not exist', async () => {
  const { error } = await swarm('explode');
  expect(error).toMatchObject({
    message: 'unknown command "swarm chaos explode"',
    hint: '"swarm chaos --help" lists its commands',
  });
});

describe('swarm chaos plan', () => {
  it('describes what a drill does and starts nothing', async () => {
    const { exit, stdout } = await swarm(
      'plan',
      file('a.yaml', DRILL),
      '--repeats',
      '3',
      '--no-color',
    );
    expect(exit).toBe(0);
    expect(stdout).toMatch(
      /16\.9 s {2}kill → the node that holds the first room \(one of node-1, node-2, node-3\)/,
    );
    expect(stdout).toContain('× 3 repeats');
  });

  it('prints one JSON object', async () => {
    const { stdout } = await swarm('plan', file('a.yaml', DRILL), '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      schema: 'livekit-swarm/drill-plan/1',
      participants: { load: 40 },
      faults: [{ fault: 'kill' }],
    });
  });

  it('inspects a running lab, or reports that it does not exist', async () => {
    const { error } = await swarm('plan', file('a.yaml', DRILL), '--lab', 'missing');
    expect(error).toBeInstanceOf(SwarmError);
    expect(error?.message).toContain('missing');
  });
});

describe('swarm chaos rollback', () => {
  it.each([
    [['--remove'], '--remove has no effect without --scan'],
    [['--kubernetes', 'livekit'], '--kubernetes has no effect without --scan'],
    [['--scan', '--kube-context', 'a'], '--kube-context has no effect without --kubernetes'],
    [['--scan', '--ssh-config', 'a'], '--ssh-config has no effect without --ssh'],
  ])('refuses %j', async (flags, message) => {
    const { error } = await swarm('rollback', ...flags);
    expect(error).toMatchObject({ exitCode: EXIT_CODES.usage.code });
    expect(error?.message).toContain(message);
  });

  it('reports that there is nothing to roll back', async () => {
    const journal = join(dir, 'livekit-swarm', 'chaos', 'journal');
    expect(await swarm('rollback')).toMatchObject({
      exit: 0,
      stdout: `Nothing to roll back in ${journal}.\n`,
    });
  });
});

const SITE = [
  '--docker',
  'staging',
  '--url',
  'ws://127.0.0.1:1',
  '--api-key',
  'key',
  '--api-secret',
  'hush',
];

describe('swarm chaos night', () => {
  const night = (...args: string[]) =>
    swarm('night', ...args, '--history', join(dir, 'history.ndjson'));
  const orderOf = async (...args: string[]): Promise<string[]> => {
    const { stdout } = await night(dir, '--dry-run', '--json', ...args);
    return (JSON.parse(stdout) as { drills: { name: string }[] }).drills.map(({ name }) => name);
  };

  it('prints the order of a seed and the expected duration, and starts nothing', async () => {
    for (const name of ['a', 'b', 'c', 'd', 'e']) file(`${name}.yaml`, DRILL.replace('mine', name));
    file('notes.txt', 'not a drill');
    const order = await orderOf('--seed', '7');
    expect(order.toSorted()).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(await orderOf('--seed', '7')).toEqual(order);
    const { exit, stdout } = await night(dir, '--dry-run', '--seed', '7', '--repeats', '2');
    expect(exit).toBe(EXIT_CODES.passed.code);
    expect(stdout).toMatch(/^5 drills on embedded lab, order by --seed 7, about \d+m/);
    expect(stdout).toContain('2 repeats');
  });

  it('names the server of --server as a part of the deployment', async () => {
    file('a.yaml', DRILL);
    const planned = async (...args: string[]): Promise<unknown> =>
      JSON.parse((await night(dir, '--dry-run', '--json', ...args)).stdout);
    for (const [server, deployment] of [
      ['1.11.0', 'embedded lab, server 1.11.0'],
      ['staging=1.11.0', 'embedded lab, server staging'],
    ] as const)
      expect(await planned('--server', server)).toMatchObject({ deployment });
    expect(await planned()).toMatchObject({ deployment: 'embedded lab' });
  });

  it.each([
    [['--seed', 'x'], /--seed x: must be a whole number/],
    [['--nights', '0'], /--nights 0: must be a whole number/],
    [['--max-duration', '0s'], /--max-duration 0s: must be more than 0/],
    [['--expectations', 'missing.yaml'], /missing\.yaml: cannot be read/],
    [['--resume', '--record', 'missing'], /--resume: missing\/night\.json/],
    [['--lab', 'a', '--embedded'], /these are two deployments/],
  ])('refuses %j', async (args, why) => {
    file('a.yaml', DRILL);
    const { error } = await night(dir, ...args);
    expect(error?.message).toMatch(why);
  });

  it('needs files that are drills', async () => {
    expect((await night(dir)).error?.message).toContain('there is no drill in this folder');
    expect((await night('-')).error?.message).toContain('not standard input');
    const broken = file('a.yaml', DRILL.replace('kill', 'kil'));
    expect((await night(broken)).error?.message).toContain('unknown fault "kil"');
    file('history.ndjson', 'hello\n');
    expect((await night(file('b.yaml', DRILL))).error?.message).toContain(
      'cannot be read as a line of a history',
    );
  });
});

describe('swarm chaos run', () => {
  it('needs a named deployment in CI, or --embedded', async () => {
    vi.stubEnv('CI', 'true');
    const drill = file('mine.yaml', DRILL);
    const { error } = await swarm('run', drill);
    expect(error?.message).toContain('no server is named, and this is a CI job');
    // What is wrong next shows that this is not.
    const embedded = await swarm('run', drill, '--embedded', '--processes', 'many');
    expect(embedded.error?.message).toContain('--processes many');
    const server = await swarm('run', drill, '--server', '1.13.4', '--processes', 'many');
    expect(server.error?.message).toContain('--processes many');
    expect((await swarm('run', drill, '--embedded', '--lab', 'lab')).error?.message).toContain(
      'these are two deployments',
    );
  });

  it('keeps to the rules for hosts, and never breaks LiveKit Cloud', async () => {
    vi.stubEnv('SWARM_DENY_HOST', '*.example.com');
    const drill = file('mine.yaml', DRILL);
    const at = async (url: string) => (await swarm('run', drill, ...SITE, '--url', url)).error;
    expect((await at('wss://livekit.example.com'))?.message).toContain('is denied by');
    const cloud = await at('wss://mine.livekit.cloud');
    expect(cloud?.message).toContain('faults cannot be injected into it');
  });

  it.each([
    [['--repeats', '0'], '--repeats 0: must be a whole number from 1 to 100'],
    [['--report', 'pdf'], 'there is no report "pdf"'],
    [['--report', 'json=-', '--json'], 'json twice would be written to stdout'],
    [['--lab', 'lab', '--server', '1.13.4'], '--server needs a lab that is started'],
    [['--metrics', 'here'], '"here" is not an address to listen on'],
    [['--processes', 'many'], '--processes many: must be a whole number'],
    [
      ['--url', 'wss://livekit.example.com'],
      '--url alone does not name what faults are injected into',
    ],
    [['--redis', 'redis://10.0.0.5'], '--redis alone does not name'],
    [
      ['--docker', 'a', '--kubernetes', 'b'],
      '--docker and --kubernetes: a deployment runs on one of them',
    ],
    [['--docker', 'a', '--lab', 'b'], 'the URL and the API key are not known'],
    [['--docker', 'staging'], 'staging: the URL and the API key are not known'],
    [['--docker-components', 'node=a'], '--docker-components has no effect without --docker'],
    [['--kube-context', 'a'], '--kube-context has no effect without --kubernetes'],
    [['--helper'], '--helper has no effect without --kubernetes'],
    [['--kubernetes', 'a', '--helper-image', 'b'], '--helper-image has no effect without --helper'],
    [['--kubernetes', 'a', '--helper'], '--helper needs the image of the helper pods'],
    [['--ssh', 'lk-1'], 'no unit on lk-1'],
    [['--ssh', '-oProxyCommand=x', '--unit', 'node=a'], 'invalid ssh host'],
    [['--ssh-config', 'file'], '--ssh-config has no effect without --ssh'],
    [['--unit', 'livekit'], 'unknown unit "livekit"'],
    [[...SITE, '--redis', 'http://user:hush@10.0.0.5'], '--redis: not an address'],
    [[...SITE, '--lab', 'lab'], '--lab lab and staging: these are two deployments'],
    [[...SITE, '--server', '1.13.4'], '--server needs a lab'],
    [['--server', '1.10.0'], '--server 1.10.0: version 1.10.0 is not pinned'],
    [['--server', '1.13.4@cpu=0.5'], 'the nodes of a lab have no limits of CPU and memory'],
    [[...SITE, '--url', 'http://a b'], 'http://a b'],
  ])('refuses %j before anything is started', async (flags, message) => {
    const { exit, error } = await swarm('run', file('a.yaml', DRILL), ...flags);
    expect(exit).toBeNull();
    expect(error).toMatchObject({ exitCode: EXIT_CODES.usage.code });
    expect(error?.message).toContain(message);
    expect(error?.message).not.toContain('hush');
  });

  it('does not break what the environment names for other commands', async () => {
    vi.stubEnv('LIVEKIT_URL', 'wss://livekit.example.com');
    const { exit, stdout } = await swarm('plan', file('a.yaml', DRILL), '--no-color');
    expect(exit).toBe(0);
    expect(stdout).toContain('lab of 3 nodes');
    expect(stdout).not.toContain('example.com');
  });

  it('takes no permit from the environment, where one forgets it', () => {
    const program = createProgram(
      { stdout: process.stdout, stderr: process.stderr, env: { SWARM_I_KNOW_THIS_IS: 'x' } },
      () => {},
    );
    const chaos = program.commands.find((command) => command.name() === 'chaos');
    const confirming = (chaos?.commands ?? []).filter((command) =>
      command.options.some(({ long }) => long === '--confirm-target'),
    );
    expect(confirming.map((command) => command.name())).toEqual(['run', 'night', 'random']);
    for (const command of confirming) {
      expect(command.options.find(({ long }) => long === '--confirm-target')?.envVar).toBe(
        undefined,
      );
      expect(command.getOptionValue('confirmTarget')).toBeUndefined();
    }
  });

  it('reads all files before the first is carried out', async () => {
    const { error } = await swarm(
      'run',
      file('a.yaml', DRILL),
      file('b.yaml', DRILL.replace('mine', 'other').replace('kill', 'kil')),
    );
    expect(error?.message).toContain('b.yaml:3:14: faults[0].fault: unknown fault "kil"');
    expect(error).toMatchObject({ hint: 'did you mean kill?' });
  });

  it('does not write over a record', async () => {
    const path = file('a.yaml', DRILL);
    file('record.ndjson', '');
    const { error } = await swarm('run', path, '--record', dir);
    expect(error?.message).toContain('already has a record');
  });
});

describe('swarm chaos report', () => {
  it('names the file that a folder lacks', async () => {
    const { error } = await swarm('report', dir);
    expect(error?.message).toBe(`${dir}: no drill.json in this folder`);
    expect((await swarm('report', join(dir, 'nowhere'))).error?.message).toContain(
      'folder not found',
    );
  });

  it('refuses reports that there are not', async () =>
    expect((await swarm('report', dir, '--report', 'pdf')).error).toMatchObject({ code: 'usage' }));
});
