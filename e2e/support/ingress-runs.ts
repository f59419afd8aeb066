/** Runs of channels that publish through livekit/ingress, and what their records say. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster } from '@livekit-swarm/lab';
import { type EventLine, type ParticipantLine, recordLines } from '@livekit-swarm/record';
import { IngressClient } from 'livekit-server-sdk';
import { expect } from 'vitest';
import { accessTo, timesOf } from './callers.ts';
import { expectGone, type Swarm, scratch, startSwarm } from './swarm.ts';

export interface StartedRun {
  swarm: Swarm;
  record: string;
}

export const startRun = async (
  cluster: Cluster,
  scenario: string,
  ...flags: string[]
): Promise<StartedRun> => {
  const dir = scratch();
  const file = join(dir, 'channels.yaml');
  await writeFile(file, scenario);
  const record = join(dir, 'record');
  const args = ['run', file, '--record', record, '--json', ...flags];
  return { swarm: startSwarm(args, accessTo(cluster)), record };
};

export const linesOf = async (
  record: string,
): Promise<{ events: EventLine[]; participants: ParticipantLine[] }> => {
  const events: EventLine[] = [];
  const participants: ParticipantLine[] = [];
  for await (const line of recordLines(join(record, 'record.ndjson')))
    if (line.type === 'event') events.push(line);
    else if (line.type === 'participant') participants.push(line);
  return { events, participants };
};

export const median = (times: readonly number[]): number =>
  times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? Number.NaN;

/** Median delay of the marks that each role of each room heard, ms. */
export const delaysByRoom = (events: readonly EventLine[]): Map<string, number>[] => {
  const marks = events.filter(({ event }) => event === 'mark_received');
  return [...Map.groupBy(marks, ({ room }) => room).values()].map(
    (ofRoom) =>
      new Map(
        [...Map.groupBy(ofRoom, ({ role }) => String(role))].map(([role, ofRole]) => [
          role,
          median(ofRole.flatMap(({ durationMs }) => durationMs ?? [])),
        ]),
      ),
  );
};

export const ingressClientOf = ({ httpUrl, apiKey, apiSecret }: Cluster): IngressClient =>
  new IngressClient(httpUrl, apiKey, apiSecret);

/** Number of streams that the deployment knows. */
export const ingressesOf = async (cluster: Cluster): Promise<number> =>
  (await ingressClientOf(cluster).listIngress()).length;

/**
 * Kills ingress under two channels, starts it again, interrupts the run after a time, and expects that
 * both had recovered and that nothing is left.
 */
export const expectRecovery = async (
  cluster: Cluster,
  { swarm, record }: StartedRun,
  recoveryMs: number,
): Promise<void> => {
  const ingress = cluster.service('ingress');
  ingress.signal('SIGKILL');
  await ingress.ended();
  await sleep(2_000);
  await ingress.start();
  await sleep(recoveryMs);
  const processes = swarm.processes();
  swarm.signal('SIGINT');
  expect(await swarm.ended, swarm.stderr()).toBe(130);
  await expectGone(processes);
  const { events, participants } = await linesOf(record);
  expect(timesOf(events, 'reconnected'), swarm.stderr()).toHaveLength(2);
  const djs = participants.filter(({ role }) => role === 'dj');
  expect(djs.map(({ outcome }) => outcome)).toEqual(['left', 'left']);
  expect(await ingressesOf(cluster)).toBe(0);
};

/** Expects that a run is refused before it starts where the deployment has no ingress. */
export const expectRefusal = async (without: Cluster, scenario: string): Promise<void> => {
  const refused = (await startRun(without, scenario)).swarm;
  expect(await refused.ended).toBe(3);
  expect(refused.stderr()).toMatch(/did not create an ingress.*\n.*swarm lab up --with ingress/s);
};
