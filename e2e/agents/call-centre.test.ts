/** Callers on hold, who are transferred from one voice agent to another by workers of swarm. */
import { join } from 'node:path';
import { type LiveKitServer, startLiveKit } from '@livekit-swarm/lab';
import { type EventLine, recordLines } from '@livekit-swarm/record';
import { expect, it } from 'vitest';
import { accessTo, countOf, runCalls, timesOf } from '../support/callers.ts';
import { runSwarm, scratch, startSwarm } from '../support/swarm.ts';

const FILE = join(import.meta.dirname, '../../scenarios/agents/call-centre.yaml');

const startWorker = async (server: LiveKitServer, agent: string) => {
  const flags = ['--agent', agent, '--after', '500ms', '--length', '1s'];
  const worker = startSwarm(['agents', 'worker', ...flags], accessTo(server));
  await worker.says(/registered as AW_/);
  return worker;
};

it('callers wait on hold, talk with two agents, and measure each and the way between them', async () => {
  await using server = await startLiveKit({ dir: scratch() });
  const desk = await startWorker(server, 'front-desk');
  const billing = await startWorker(server, 'billing');
  const record = join(scratch(), 'record');
  const flags = ['agents', 'run', FILE, '--scale', 'small', '--json', '--record', record];
  const { stdout, stderr } = await runSwarm(flags, accessTo(server));
  const events: EventLine[] = [];
  for await (const line of recordLines(join(record, 'record.ndjson')))
    if (line.type === 'event') events.push(line);
  const log = `${stderr}\n${desk.stderr()}\n${billing.stderr()}`;

  // Three seconds in the queue, and the way of the first agent.
  const holds = timesOf(events, 'agent_published');
  expect(holds, log).toHaveLength(2);
  for (const ms of holds) expect(ms).toBeGreaterThan(3_000);
  const transfers = timesOf(events, 'agent_transferred');
  expect(transfers, log).toHaveLength(2);
  for (const ms of transfers) expect(ms).toBeGreaterThan(0);

  const turns = events.flatMap(({ turn }) => turn ?? []);
  const answered = turns.filter(({ responseMs }) => responseMs !== undefined);
  const byAgent = [1, 2].map((one) => answered.filter(({ agent }) => agent === one).length);
  expect(byAgent, JSON.stringify(turns)).toEqual([4, 4]);
  // The first agents have left when the others take over.
  expect(desk.stderr()).toMatch(/dispatched billing, and leaves/);
  expect(billing.stderr()).toMatch(/accepted job/);
  const { metrics } = JSON.parse(stdout) as { metrics: Record<string, unknown> };
  expect(Object.keys(metrics).join('\n')).toMatch(/agent_transfer_time/);
});

it('a transfer to an agent without workers is lost, and is a finding', async () => {
  await using server = await startLiveKit({ dir: scratch() });
  await startWorker(server, 'front-desk');
  const { events, stdout, stderr, exit } = await runCalls(
    server,
    `calls:
  executor: constant-rooms
  rooms: 2
  duration: 25s
  roles:
    caller:
      publish: audio
      conversation:
        { agent: front-desk, pause: 300ms, answerWithin: 6s, transfer: { after: 1, to: absent } }`,
    ['--json'],
  );
  expect(countOf(events, 'agent_transfer_lost'), stderr).toBe(2);
  const { notes } = JSON.parse(stdout) as { notes: object[] };
  const lost = { code: 'agent_finding', finding: 'agent_transfer_lost', agent: 'absent' };
  expect(notes).toContainEqual(expect.objectContaining({ ...lost, callers: 2 }));
  expect(exit).not.toBe(0);
});
