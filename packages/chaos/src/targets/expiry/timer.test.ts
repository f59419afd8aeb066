import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { runHere } from '../process/local-host.ts';
import { armTimer, disarmTimer } from './timer.ts';

const commandLines = (): string[] =>
  readdirSync('/proc').flatMap((pid) => {
    try {
      return /^\d+$/.test(pid) ? [readFileSync(`/proc/${pid}/cmdline`, 'utf8')] : [];
    } catch {
      return [];
    }
  });

test.skipIf(process.platform !== 'linux')(
  'a disarmed timer leaves no process, and disarming again does nothing',
  async () => {
    // The duration is unique to this process.
    const seconds = 1_000_000 + process.pid;
    const left = (): string[] =>
      commandLines().filter(
        (line) => line.includes(`${seconds}`) || line.includes('swarm-expiry-timertes'),
      );
    const method = await armTimer(runHere, 'timertes', seconds * 1_000, 'true');
    expect(['systemd_timer', 'detached_process']).toContain(method);
    if (method === 'detached_process')
      await expect.poll(() => left().length, { timeout: 30_000 }).toBe(2);
    await disarmTimer(runHere, 'timertes');
    await expect.poll(left, { timeout: 30_000 }).toEqual([]);
    await disarmTimer(runHere, 'timertes');
  },
);
