/** Runs of channels that publish through livekit/ingress, and what their records say. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Cluster } from '@livekit-swarm/lab';
import { type EventLine, type ParticipantLine, recordLines } from '@livekit-swarm/record';
import { IngressClient } from 'livekit-server-sdk';
import { accessTo } from './callers.ts';
import { type Swarm, scratch, startSwarm } from './swarm.ts';

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

/** Durations of the events of a kind, ms. */
export const timesOf = (events: readonly EventLine[], name: EventLine['event']): number[] =>
  events.flatMap(({ event, durationMs }) => (event === name ? (durationMs ?? []) : []));

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
