import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LiveKitServer } from '@livekit-swarm/lab';
import { type EventLine, recordLines } from '@livekit-swarm/record';
import { type Outcome, runSwarm, scratch } from './swarm.ts';

/** Variables with which `swarm` reaches a server. */
export const accessTo = ({
  url,
  apiKey,
  apiSecret,
}: Pick<LiveKitServer, 'url' | 'apiKey' | 'apiSecret'>): Record<string, string> => ({
  LIVEKIT_URL: url,
  LIVEKIT_API_KEY: apiKey,
  LIVEKIT_API_SECRET: apiSecret,
});

/** Runs a scenario with callers, and reads the events of the record. @param groups in YAML */
export const runCalls = async (
  server: LiveKitServer,
  groups: string,
  flags: readonly string[] = [],
): Promise<Outcome & { events: EventLine[] }> => {
  const dir = scratch();
  const file = join(dir, 'calls.yaml');
  writeFileSync(file, `scenario: calls\ngroups:\n${groups.replace(/^/gm, '  ')}\n`);
  const record = join(dir, 'record');
  const outcome = await runSwarm(
    ['agents', 'run', file, '--record', record, ...flags],
    accessTo(server),
  );
  const events: EventLine[] = [];
  for await (const line of recordLines(join(record, 'record.ndjson')))
    if (line.type === 'event') events.push(line);
  return { ...outcome, events };
};

/**
 * Runs a caller in each of two rooms, and reads the events of the record.
 * @param conversation key of the callers, in YAML
 */
export const runCallers = async (
  server: LiveKitServer,
  conversation: string,
  duration: string,
): Promise<Outcome & { events: EventLine[] }> =>
  runCalls(
    server,
    `calls:
  executor: constant-rooms
  rooms: 2
  duration: ${duration}
  roles:
    caller: { publish: audio, conversation: ${conversation} }`,
  );

/** Number of events of a name. */
export const countOf = (events: readonly EventLine[], name: EventLine['event']): number =>
  events.filter(({ event }) => event === name).length;

/** Durations of the events of a name, ms. */
export const timesOf = (events: readonly EventLine[], name: EventLine['event']): number[] =>
  events.flatMap(({ event, durationMs }) => (event === name ? (durationMs ?? []) : []));
