import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findProgram } from '@livekit-swarm/lab';
import { describe, expect, it } from 'vitest';
import { describeCommand, everyCommand } from './completion/command-tree.ts';
import { createProgram } from './program.ts';

const FOLDER = fileURLToPath(new URL('../../../packaging/systemd/', import.meta.url));
const PROGRAM = '/opt/livekit-swarm/bin/livekit-swarm';
const commands = everyCommand(
  describeCommand(
    createProgram({ stdout: process.stdout, stderr: process.stderr, env: {} }, () => {}),
  ),
);

describe.each(['swarm-host.service', 'swarm-exporter.service'])('%s', (name) => {
  const unit = readFileSync(join(FOLDER, name), 'utf8');
  const settings = new Map(
    [...unit.matchAll(/^(\w+)=(.*)$/gm)].map(([, key = '', value = '']) => [key, value]),
  );

  it('starts a command that exists, with flags that it has', () => {
    const [program, path, ...args] = (settings.get('ExecStart') ?? '').split(' ');
    expect(program).toBe(PROGRAM);
    const command = commands.find((one) => one.path === path);
    const flags = command?.flags.flatMap(({ names }) => names) ?? [];
    expect(command).toBeDefined();
    expect(args.filter((arg) => arg.startsWith('--') && !flags.includes(arg))).toEqual([]);
  });

  it('has no right that it does not need, and no secret in its arguments', () => {
    expect(Object.fromEntries(settings)).toMatchObject({
      DynamicUser: 'yes',
      ProtectSystem: 'strict',
      ProtectHome: 'yes',
      NoNewPrivileges: 'yes',
      CapabilityBoundingSet: '',
      PrivateTmp: 'yes',
      EnvironmentFile: expect.stringMatching(/^\/etc\/livekit-swarm\/\w+\.env$/),
    });
  });

  it('is accepted by systemd', async (context) => {
    context.skip((await findProgram('systemd-analyze')) === null, 'no systemd-analyze');
    const dir = mkdtempSync(join(tmpdir(), 'swarm-units-'));
    const stub = join(dir, 'livekit-swarm');
    writeFileSync(stub, '#!/bin/sh\n');
    chmodSync(stub, 0o755);
    writeFileSync(join(dir, name), unit.replaceAll(PROGRAM, stub));
    const verify = ['verify', '--man=no', join(dir, name)];
    // Whatever it complains of goes to standard error, with exit 0 for unknown settings.
    const said = execFileSync('sh', ['-c', 'systemd-analyze "$@" 2>&1', 'sh', ...verify], {
      encoding: 'utf8',
    });
    expect(said).toBe('');
  });
});
