/** Warnings and errors of servers in the reports of runs. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startLiveKit } from '@livekit-swarm/lab';
import { expect, it } from 'vitest';
import { accessTo } from '../support/callers.ts';
import { resultOf, runSwarm, scratch } from '../support/swarm.ts';

/** Nothing listens there. livekit-server tries for some seconds before it logs that. */
const WEBHOOK = 'http://127.0.0.1:9/livekit?token=planted-secret';

const loadOf = (duration: string): string[] => [
  ...['run', '--rooms', '1', '--participants', '2', '--duration', duration, '--json'],
];

it('a warning of a server is in the report with its time, without the token in it', async () => {
  const credentials = { apiKey: 'lab', apiSecret: 'a secret of at least thirty-two signs' };
  await using server = await startLiveKit({
    ...{ dir: scratch(), credentials },
    config: { webhook: { api_key: credentials.apiKey, urls: [WEBHOOK] } },
  });
  const record = join(scratch(), 'record');
  const log = ['--server-log', `sfu=${server.logFile}`];
  const run = await runSwarm(
    [...loadOf('20s'), '--url', server.url, ...log, '--record', record],
    accessTo(server),
  );
  const [ofNode] = resultOf(run).serverMetrics?.logs ?? [];
  expect(ofNode, run.stderr).toMatchObject({
    ...{ node: 'sfu', failure: null },
    groups: [{ level: 'warn', message: expect.stringContaining('webhook') }],
  });
  const [group] = ofNode?.groups ?? [];
  expect(group?.firstMs).toBeGreaterThanOrEqual(0);
  expect(group?.lastMs).toBeLessThan(30_000);
  expect(readFileSync(join(record, 'record.ndjson'), 'utf8')).not.toContain('planted-secret');
  const { stdout } = await runSwarm(['report', record, '--no-color']);
  expect(stdout).toMatch(/warning .*failed to send webhook/);
});

it('the log of a server that is started for the run is read without a flag', async () => {
  const run = await runSwarm([...loadOf('3s'), '--record', join(scratch(), 'record')]);
  const logs = resultOf(run).serverMetrics?.logs;
  expect(logs, run.stderr).toMatchObject([
    { node: 'livekit-server', failure: null, entries: expect.any(Number) },
  ]);
  expect(logs?.[0]?.entries).toBeGreaterThan(0);
});
