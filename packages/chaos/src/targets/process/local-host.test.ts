import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const isRunning = (words: string): boolean =>
  readdirSync('/proc').some((pid) => {
    try {
      return (
        /^\d+$/.test(pid) &&
        readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim() === words
      );
    } catch {
      return false;
    }
  });

test.skipIf(process.platform !== 'linux')(
  'a command under way ends with the process that runs it',
  async () => {
    // The duration is unique to this process.
    const words = `sleep ${2_000_000 + process.pid}`;
    const module = new URL('./local-host.ts', import.meta.url).href;
    const program = `import { runHere } from '${module}'; await runHere('${words}'.split(' '));`;
    const drill = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: 'ignore',
    });
    await expect.poll(() => isRunning(words), { timeout: 10_000 }).toBe(true);
    drill.kill('SIGKILL');
    await once(drill, 'exit');
    await expect.poll(() => isRunning(words), { timeout: 30_000 }).toBe(false);
  },
);
