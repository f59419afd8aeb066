import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { startLiveKit } from '@livekit-swarm/lab';
import { expect, it } from 'vitest';
import { resultOf, runSwarm, scratch } from '../support/swarm.ts';

it('a worker that is killed before the record begins: inconclusive, and no empty record stays', async () => {
  const server = await startLiveKit({ dir: scratch() });
  try {
    const record = join(scratch(), 'record');
    const outcome = await runSwarm(['--url', server.url, '--json', '--record', record], {
      LIVEKIT_API_KEY: server.apiKey,
      LIVEKIT_API_SECRET: server.apiSecret,
      SWARM_FAILPOINTS: 'worker.prepare=kill',
    });
    expect(outcome.exit).toBe(98);
    expect(resultOf(outcome)).toMatchObject({
      verdict: 'inconclusive',
      exitCode: 98,
      error: { code: 'process_died' },
    });
    expect(outcome.stderr).toMatch(
      /a process that hosts participants was killed before the run began \(SIGKILL\)/,
    );
    expect(existsSync(join(record, 'record.ndjson'))).toBe(false);
  } finally {
    await server.stop();
  }
});
