/**
 * A drill that kills a worker of egress in the middle of recordings: its files have no end, and no other worker
 * continues them. The workers are stand-ins, as systemd units over SSH.
 */
import { hostname } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DrillResult } from '@livekit-swarm/chaos';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { expect, it } from 'vitest';
import { readSshSpec } from '../../packages/chaos/src/targets/ssh/spec.ts';
import { openSshPlatform } from '../../packages/chaos/src/targets/ssh.ts';
import { startSshHost } from '../../packages/chaos/test/support/ssh-host.ts';
import { addUnits, startUnits } from '../../packages/chaos/test/support/units.ts';
import { outcomeOfRecordings } from '../support/recordings.ts';
import { runSwarm, scratch } from '../support/swarm.ts';

await skipWithout('sshd', 'redis', 'haproxy', 'ffmpeg');

const HOST = 'swarm-host';
const DRILL = fileURLToPath(
  new URL('../../chaos/deployments/egress-worker-kill.yaml', import.meta.url),
);
const WORKER = fileURLToPath(import.meta.resolve('@livekit-swarm/testkit/egress/worker-process'));
const ROOMS = 4;

/** An attempt that was inconclusive on a busy host is repeated: up to three take five minutes. */
const timeout = 400_000;

it('a killed worker of egress leaves recordings without an end, another one whole ones', {
  timeout,
}, async () => {
  await using host = await startSshHost();
  const files = join(host.dir, 'files');
  const doors = await addUnits(host, 1);
  const workers = ['egress-1', 'egress-2'];
  for (const name of workers)
    await host.addUnit(`${name}.service`, [
      ...[process.execPath, WORKER, doors.redisUrl ?? '', files, name, String(ROOMS)],
    ]);
  const units = ['node=livekit-1', 'redis=redis', 'load-balancer=haproxy'].concat(
    workers.map((name) => `egress=${name}`),
  );
  await using target = await openSshPlatform(readSshSpec(HOST, units.join(','), host.config));
  await startUnits(target, doors);

  const env = { LIVEKIT_API_KEY: doors.apiKey, LIVEKIT_API_SECRET: doors.apiSecret };
  const drill = runSwarm(
    [
      ...['chaos', 'run', DRILL, '--url', doors.url, '--redis', doors.redisUrl ?? ''],
      ...['--ssh', HOST, '--ssh-config', host.config, '--allow-unproven-target'],
      ...units.flatMap((unit) => ['--unit', unit]),
      ...['--confirm-target', hostname(), '--record', join(scratch(), 'drill'), '--json'],
    ],
    { ...env, XDG_STATE_HOME: scratch() },
  );
  const recordings = runSwarm(
    [
      ...['recordings', 'run', '--url', doors.url, '--room-prefix', 'drill-', '--with-other-users'],
      ...['--egress', 'participant', '--rooms-within', '60s', '--for', '30s', '--files', files],
      ...['--finish-within', '5s', '--json'],
    ],
    env,
  );
  const [{ stdout, stderr }, recorded] = await Promise.all([drill, recordings]);
  if (stdout === '') throw new Error(stderr);
  const result = JSON.parse(stdout) as DrillResult | { error: unknown };
  // A drill that could not begin has an error in the place of its repeats.
  if (!('repeats' in result)) throw new Error(JSON.stringify(result.error));
  const { verdict, repeats } = result;
  const [repeat] = repeats;
  const reasons = JSON.stringify(repeat?.reasons);
  expect(['passed', 'failed', 'inconclusive'], reasons).toContain(verdict);
  expect(repeat?.recovery.faults, reasons).toMatchObject([{ components: ['egress-1.service'] }]);
  expect(repeat?.recovery.rooms.map(({ controlGroup }) => controlGroup)).toEqual(
    Array.from({ length: ROOMS }, () => true),
  );

  const outcome = outcomeOfRecordings(recorded);
  expect(Object.keys(outcome).sort()).toEqual(workers);
  for (const defects of outcome['egress-1'] ?? [])
    expect(defects).toEqual(expect.arrayContaining(['not_ended', 'unreadable']));
  expect(outcome['egress-2']?.flat()).toEqual([]);
  // The drill starts it again at its end.
  for (const member of await target.components())
    expect(await target.pid(member), member.name).not.toBeNull();
});
