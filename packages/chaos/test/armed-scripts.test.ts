/**
 * Tests that the armed rollback of every fault reaches the shell of the target byte for byte,
 * started by systemd or as a detached process.
 */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { missing } from '@livekit-swarm/testkit/requirements';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { exampleParams, type FaultContext } from '../src/faults/fault.ts';
import { FAULTS } from '../src/faults/index.ts';
import { armTimer } from '../src/targets/expiry/timer.ts';
import { unitScript } from '../src/targets/expiry/unit-script.ts';
import type { CommandResult } from '../src/targets/platform.ts';
import { runHere } from '../src/targets/process/local-host.ts';
import { expandAsSystemd } from './support/expand-as-systemd.ts';
import { fakePlatform, NODE } from './support/fake-platform.ts';
import { startUserManager } from './support/user-manager.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'swarm-armed-'));
  await mkdir(join(dir, 'out'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

/** Unit whose name contains characters that interpreters replace. */
const UNIT = `livekit@\${HOME}%n$$.service`;

const contextOf = (id: string, params: unknown): FaultContext<unknown> => ({
  ...{ platform: fakePlatform(), components: [NODE], params, id, expiresAfterMs: null },
});

/**
 * Scripts with the parameters of each fault; bursts need swarm-impair, and therefore other steps.
 */
const SCRIPTS = [...FAULTS.values()]
  .flatMap((fault) => [
    { name: fault.name, fault, params: exampleParams(fault) },
    ...(fault.name === 'packet-loss'
      ? [
          {
            name: 'packet-loss in bursts',
            fault,
            params: fault.params.parse({ loss: '20%', burst: 3 }),
          },
        ]
      : []),
  ])
  .map(({ name, fault, params }, index) => {
    const id = `armed${String(index).padStart(3, '0')}`;
    const steps = fault.rollbackSteps(contextOf(id, params), NODE);
    return {
      name,
      id,
      steps,
      script: unitScript(id, [{ unit: UNIT, component: NODE, steps }]).trim(),
    };
  });

/** Program that writes its input into a file instead of running it. */
const sinkFor = (out: string): string => `#!/bin/sh\nexec cat > "$(mktemp '${out}/XXXXXXXX')"\n`;

const expectAll = async (): Promise<void> => {
  const out = join(dir, 'out');
  const group = ({ script }: { script: string }): string => `{\n${script}\n} < /dev/null`;
  const arrived = async (): Promise<string[]> =>
    Promise.all((await readdir(out)).map((name) => readFile(join(out, name), 'utf8')));
  const expected = SCRIPTS.map(group).sort();
  await expect.poll(async () => (await arrived()).sort(), { timeout: 30_000 }).toEqual(expected);
};

test.each(SCRIPTS)(
  '$name: the shell parses its script, and every script in it',
  async ({ script, steps }) => {
    const parses = (text: string) => execa('sh', ['-n'], { input: text });
    await parses(script);
    for (const step of steps) {
      if (step.step !== 'run') continue;
      const [program, flag, text = ''] = step.argv;
      expect([program, flag]).toEqual(['sh', '-c']);
      await parses(text);
    }
  },
);

test('a stand-in that expands as systemd does', async () => {
  const sink = join(dir, 'sink');
  await mkdir(sink);
  await writeFile(join(sink, 'sh'), sinkFor(join(dir, 'out')), { mode: 0o755 });
  const started: Promise<unknown>[] = [];
  /** Runs the timer script on this host, with the arguments as systemd would expand them. */
  const run = async (argv: readonly string[]): Promise<CommandResult> => {
    const bin = join(dir, 'bin');
    await mkdir(bin, { recursive: true });
    // Tests may run without root.
    await writeFile(join(bin, 'id'), '#!/bin/sh\necho 0\n', { mode: 0o755 });
    const words = join(bin, 'words');
    await writeFile(
      join(bin, 'systemd-run'),
      `#!/bin/sh\nwhile [ "$1" != -- ]; do shift; done; shift\nprintf '%s\\0' "$@" > '${words}'\n`,
      { mode: 0o755 },
    );
    const result = await runHere(['env', `PATH=${bin}:${process.env.PATH}`, ...argv]);
    const given = (await readFile(words, 'utf8')).split('\0').slice(0, -1);
    const [, ...args] = expandAsSystemd(given, { HOME: '/root', group: '' });
    started.push(execa('/bin/sh', args, { env: { PATH: `${sink}:${process.env.PATH}` } }));
    return result;
  };
  for (const { id, script } of SCRIPTS)
    expect(await armTimer(run, id, 1_000, script)).toBe('systemd_timer');
  await Promise.all(started);
  await expectAll();
});

test('a script that the shell cannot parse is not armed', async () => {
  await expect(armTimer(runHere, 'armedbad', 1_000, 'for group in ; case')).rejects.toMatchObject({
    code: 'expiry_unavailable',
    message: expect.stringMatching(/its script does not parse: .*[Ss]yntax error/),
  });
});

describe('systemd itself', () => {
  test('expands as the stand-in does, and leaves the armed scripts as they are, also after a reload', async ({
    skip,
  }) => {
    const reason = await missing('root', 'unshare', 'systemd');
    skip(reason !== null, reason ?? '');
    const manager = await startUserManager(dir, { sh: sinkFor(join(dir, 'out')) });
    if (typeof manager === 'string') return skip(manager);
    await using systemd = manager;

    const dump = join(dir, 'dump');
    await writeFile(
      dump,
      `#!/bin/sh\nprintf '%s\\0' "$@" > '${dir}/words.new'\nmv '${dir}/words.new' '${dir}/words'\n`,
      {
        mode: 0o755,
      },
    );
    const words = [
      `a\${X}b`,
      '$X',
      '$$',
      '$$X',
      '${Y',
      'x$1',
      'x$$y',
      `u\${group%/*}`,
      '$UNSET',
      '100%',
      '%n',
      '%%',
      ' b ',
    ];
    await systemd.run([
      'systemd-run',
      '--quiet',
      '--collect',
      '--setenv=X=one two',
      '--',
      dump,
      ...words,
    ]);
    const seen = (): Promise<string[]> =>
      readFile(join(dir, 'words'), 'utf8').then(
        (text) => text.split('\0').slice(0, -1),
        () => [],
      );
    await expect.poll(seen, { timeout: 20_000 }).toEqual(expandAsSystemd(words, { X: 'one two' }));

    for (const { id, script } of SCRIPTS)
      expect(await armTimer(systemd.run, id, 4_000, script)).toBe('systemd_timer');
    expect(await systemd.run(['systemctl', 'daemon-reload'])).toMatchObject({ code: 0 });
    await expectAll();
  });
});
