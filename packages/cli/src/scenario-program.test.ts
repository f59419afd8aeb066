import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { parseScenario, readScenario } from '@livekit-swarm/scenario';
import { isUsageError, type SwarmError } from '@livekit-swarm/settings';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createProgram } from './program.ts';
import { schemaFrom } from './scenario/file-header.ts';

let dir = '';
beforeEach(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'swarm-scenario-')));
  vi.spyOn(process, 'cwd').mockReturnValue(dir);
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(dir, { recursive: true });
});

/** Runs a command; what it throws is for main.ts to print. */
const swarm = async (
  ...args: string[]
): Promise<{ exit: number | null; stdout: string; error: SwarmError | null }> => {
  const stdout = new PassThrough();
  let text = '';
  stdout.setEncoding('utf8').on('data', (piece: string) => {
    text += piece;
  });
  const stream = stdout;
  let exit: number | null = null;
  let error: SwarmError | null = null;
  const program = createProgram({ stdout: stream, stderr: stream, env: {} }, (code) => {
    exit = code;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (thrown) {
    if (!isUsageError(thrown)) throw thrown;
    error = thrown;
  }
  return { exit, stdout: text, error };
};

const SCENARIO = `scenario: calls
groups:
  calls: { executor: constant-rooms, rooms: 4, duration: 10s, roles: { caller: { count: 2, publish: audio } } }
`;

const file = (name: string, text: string): string => {
  const path = join(dir, name);
  writeFileSync(path, text);
  return path;
};

describe('swarm init', () => {
  it('writes a scenario that is fine, as it is and at its scale', async () => {
    const path = join(dir, 'scenarios', 'Team Meeting.yaml');
    const { exit, stdout } = await swarm('init', path);
    expect(exit).toBe(0);
    expect(stdout).toBe(`${path} is written. Look at it, then: swarm run '${path}'\n`);
    const text = readFileSync(path, 'utf8');
    const { scenario, warnings } = readScenario(text, { file: path });
    expect(scenario.name).toBe('team-meeting');
    expect(warnings).toEqual([]);
    expect(parseScenario(text, { file: path, scale: 'large' }).groups[0]?.executor).toMatchObject({
      rooms: 50,
    });
  });

  it('overwrites nothing without --force', async () => {
    const path = file('mine.yaml', 'mine');
    const { exit, error } = await swarm('init', path);
    expect(exit).toBeNull();
    expect(error).toMatchObject({
      message: `${path}: is there already`,
      hint: 'give another name, or --force to overwrite it',
    });
    expect(readFileSync(path, 'utf8')).toBe('mine');
    expect((await swarm('init', path, '--force')).exit).toBe(0);
    expect(readFileSync(path, 'utf8')).toContain('scenario: mine');
  });

  it('reports why it cannot write', async () => {
    mkdirSync(join(dir, 'folder'));
    file('plain', '');
    expect((await swarm('init', join(dir, 'folder'), '--force')).error?.message).toMatch(
      /folder: is a folder/,
    );
    expect((await swarm('init', `${join(dir, 'folder')}/`)).error?.message).toMatch(/is a folder/);
    expect((await swarm('init', join(dir, 'plain', 'x.yaml'))).error?.message).toMatch(
      /no folder|is there already/,
    );
  });

  it('prints for -', async () => {
    const { stdout } = await swarm('init', '-');
    expect(parseScenario(stdout, { file: 'stdin' }).name).toBe('first');
  });

  const schemaLine = (text: string): string =>
    /^# yaml-language-server: \$schema=(.*)$/m.exec(text)?.[1] ?? '';

  it('links the schema for editors: relative where it is part of the project', async () => {
    const root = join(import.meta.dirname, '../../..');
    vi.mocked(process.cwd).mockReturnValue(root);
    const path = schemaLine((await swarm('init', '-')).stdout);
    expect(path).toMatch(/^\.\/packages\//);
    expect(existsSync(join(root, path))).toBe(true);
  });

  it.each(['first.yaml', 'swarm.yaml'])('links it in %s, by a checkout elsewhere', async (name) => {
    await swarm('init', join(dir, name));
    const url = new URL(schemaLine(readFileSync(join(dir, name), 'utf8')));
    expect(url.protocol).toBe('file:');
    expect(existsSync(url)).toBe(true);
  });

  it('links the address of the schema, by an installation elsewhere: that of its $id', () => {
    const address = schemaFrom(dir, dir, undefined, false);
    const file = new URL('../../scenario/schema/scenario.schema.json', import.meta.url);
    expect(address).toBe(JSON.parse(readFileSync(file, 'utf8')).$id);
  });
});

describe('swarm validate', () => {
  it('lists valid files, and every problem of the others', async () => {
    const [good, bad] = [
      file('good.yaml', SCENARIO),
      file('bad.yaml', SCENARIO.replace('10s', '10').replace('rooms: 4', 'romms: 4')),
    ];
    const none = join(dir, 'none.yaml');
    const { exit, stdout } = await swarm('validate', good, bad, none, '--no-color');
    expect(exit).toBe(2);
    expect(stdout).toBe(`✓ ${good}
✗ ${bad}
  ${bad}:3:38: groups.calls.romms: unknown key "romms"
    → did you mean rooms?
  ${bad}:3:58: groups.calls.duration: a duration needs a unit
    → write 10s
✗ ${none}
  ${none}: file not found
    → give the path of a scenario file
`);
  });

  it('exits with 0 when all are fine, whatever should be looked at', async () => {
    const odd = file(
      'odd.yaml',
      SCENARIO.replace('publish: audio', 'publish: audio, grants: { canPublish: false }'),
    );
    const { exit, stdout } = await swarm('validate', odd, '--no-color');
    expect(exit).toBe(0);
    expect(stdout).toMatch(
      /^✓ .*\n {2}! .*odd\.yaml:3:118: groups\.calls\.roles\.caller\.grants\.canPublish: the server will not allow them/,
    );
  });

  it('finds two files of one name', async () => {
    const { exit, stdout } = await swarm(
      'validate',
      file('a.yaml', SCENARIO),
      file('b.yaml', SCENARIO),
      '--no-color',
    );
    expect(exit).toBe(2);
    expect(stdout).toMatch(
      /✓ .*a\.yaml\n✗ .*b\.yaml\n.*b\.yaml:1:11: scenario: .*a\.yaml has the name "calls", too/,
    );
  });

  it('checks the scale asked for', async () => {
    const { exit, stdout } = await swarm('validate', file('a.yaml', SCENARIO), '--scale', 'small');
    expect(exit).toBe(2);
    expect(stdout).toContain('unknown scale "small": the file has none');
  });

  it('prints one JSON object', async () => {
    const [good, bad] = [
      file('good.yaml', SCENARIO),
      file('bad.yaml', SCENARIO.replace('10s', '10')),
    ];
    const { exit, stdout } = await swarm('validate', good, bad, join(dir, 'none.yaml'), '--json');
    expect(exit).toBe(2);
    expect(JSON.parse(stdout)).toEqual({
      schema: 'livekit-swarm/validation/1',
      valid: false,
      files: [
        { file: good, valid: true, scenario: 'calls', problems: [], warnings: [] },
        {
          file: bad,
          valid: false,
          scenario: null,
          problems: [
            {
              code: 'invalid_value',
              file: bad,
              line: 3,
              column: 58,
              path: 'groups.calls.duration',
              message: 'a duration needs a unit',
              hint: 'write 10s',
            },
          ],
          warnings: [],
        },
        expect.objectContaining({
          valid: false,
          problems: [expect.objectContaining({ line: null, message: 'file not found' })],
        }),
      ],
    });
  });
});

describe('swarm … --print-scenario', () => {
  it('prints the file that does the same, and nothing else', async () => {
    const { exit, stdout } = await swarm(
      '--rooms',
      '500',
      '--duration',
      '60s',
      '--threshold',
      'jitter{kind:audio}.max<20',
      '--print-scenario',
    );
    expect(exit).toBe(0);
    expect(stdout).toBe(`# yaml-language-server: $schema=${schemaFrom(dir, dir)}
# The same as: swarm --rooms 500 --duration 60s --threshold 'jitter{kind:audio}.max<20'
scenario: swarm

groups:
  load:
    executor: constant-rooms
    rooms: 500
    joinRate: 50/s
    duration: 1m
    roles:
      publisher: { count: 2, publish: [ audio ] }

thresholds:
  jitter{kind:audio}: [ max<20 ]
`);
  });

  it.each([
    [['--rooms', '0'], /--rooms 0: must be a whole number/],
    [['--threshold', 'jitter: p(95)<'], /expected a number/],
    [['--threshold', 'jitter{kind:video}: p(95)<30'], /no video is received by any participant/],
    [['--threshold', 'join_time{role:caller}: p(95)<30'], /no participant has the role "caller"/],
    [['--json'], /prints a file in YAML, not JSON/],
  ])('refuses %s', async (flags, message) => {
    const { exit, stdout, error } = await swarm(...flags, '--print-scenario');
    expect(error?.message).toMatch(message);
    expect([exit, stdout]).toEqual([null, '']);
  });

  it('never prints a secret', async () => {
    const { stdout } = await swarm(
      '--url',
      'wss://example.com',
      '--api-key',
      'APIkey',
      '--api-secret',
      'hush',
      '--print-scenario',
    );
    expect(stdout).toContain('scenario: swarm');
    expect(stdout).not.toMatch(/hush|APIkey/);
  });
});
