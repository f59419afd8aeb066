import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { identifyProcess } from '@livekit-swarm/host';
import { execa } from 'execa';
import { onTestFinished } from 'vitest';
import { unitScript } from '../../src/targets/expiry/unit-script.ts';
import type { CommandResult, Component, RollbackStep } from '../../src/targets/platform.ts';
import { NODE } from './fake-platform.ts';

/** Name with letters that a shell would interpret. */
export const UNIT = "livekit@it's.service";

/**
 * Host with one unit whose process is a node: a folder of notes in place of /run, and a stand-in for
 * systemctl, which logs its commands and signals that process.
 */
export const expiringUnit = async () => {
  const dir = mkdtempSync(join(tmpdir(), 'swarm-drain-'));
  const node = spawn('sleep', ['60'], { stdio: 'ignore' });
  await once(node, 'spawn');
  onTestFinished(() => {
    node.kill('SIGKILL');
    rmSync(dir, { recursive: true });
  });
  const file = (name: string): string => join(dir, name);
  writeFileSync(
    file('systemctl'),
    `#!/bin/sh
echo "$1" >> '${file('commands')}'
case $1 in
  show) echo 'ExecStart={ path=${file('program')} ; argv[]=${file('program')} --config ${file('config')} ; }' ;;
  kill) kill "-\${2#--signal=SIG}" ${node.pid} ;;
esac
`,
    { mode: 0o755 },
  );
  for (const name of ['program', 'config']) writeFileSync(file(name), `old ${name}`);
  const { pid, startedAt } = identifyProcess(node.pid ?? 0) ?? {};
  const component: Component = { ...NODE, name: UNIT, instance: `${pid}:${startedAt}` };
  const run = async (
    [program = '', ...args]: readonly string[],
    input = '',
  ): Promise<CommandResult> => {
    const { stdout, stderr, exitCode } = await execa(
      program,
      args.map((text) =>
        text.replaceAll('/run/', `${dir}/`).replace('PATH="$PATH:', `PATH="${dir}:$PATH:`),
      ),
      { ...{ input, reject: false }, env: { PATH: `${dir}:${process.env.PATH}` } },
    );
    return { stdout, stderr, code: exitCode ?? -1 };
  };
  return {
    ...{ run, component, file },
    /** The armed rollback acts. */
    expire: (id: string, steps: readonly RollbackStep[], instance = component) =>
      run(['sh', '-c', unitScript(id, [{ unit: UNIT, component: instance, steps }])]),
    runs: (): boolean => node.exitCode === null && node.signalCode === null,
    endedBy: (): NodeJS.Signals | null => node.signalCode,
    read: (name: string): string | null =>
      existsSync(file(name)) ? readFileSync(file(name), 'utf8') : null,
    notes: (): string[] => readdirSync(dir).filter((name) => name.startsWith('swarm-drain-')),
    /** Commands of systemctl that change something. */
    commands: (): string[] =>
      (existsSync(file('commands')) ? readFileSync(file('commands'), 'utf8') : '')
        .split('\n')
        .filter((command) => !['', 'show', 'reset-failed', 'is-active'].includes(command)),
  };
};
