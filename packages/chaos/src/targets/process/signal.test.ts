import { spawn } from 'node:child_process';
import { identifyProcess } from '@livekit-swarm/host';
import { expect, onTestFinished, test } from 'vitest';
import { NODE } from '../../../test/support/fake-platform.ts';
import { processPlatform } from '../process.ts';

test.skipIf(process.platform !== 'linux')(
  'a process that is not stopped by SIGSTOP is reported: it is not hung',
  async () => {
    const child = spawn('sleep', ['60'], { stdio: 'ignore' });
    onTestFinished(() => void child.kill('SIGKILL'));
    const platform = processPlatform({
      label: 'one process',
      reference: () => ({ kind: 'process' }),
      components: async () => [],
      identity: async () => identifyProcess(child.pid ?? 0),
      // A supervisor may accept a signal without delivering it.
      signal: async () => {},
      start: async () => {},
      whyNotStartable: () => null,
    });
    await expect(platform.signal(NODE, 'SIGSTOP')).rejects.toMatchObject({
      code: 'signal_without_effect',
      message: expect.stringContaining(`node-1 (process ${child.pid})`),
    });
  },
);
