/**
 * Agents without participants, for `coordinator-growth.ts`: they offer hosts, take shards as jobs,
 * renew their locks, and send the messages of real workers, at the same rate and of the same size.
 * `node scripted-agents.ts QUEUE AGENTS CORES LINES`
 */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EventLine, ParticipantLine, SampleLine } from '@livekit-swarm/record';
import type { ShardCommand, WorkerMessage } from '@livekit-swarm/runner';
import type { ParticipantPlan } from '@livekit-swarm/scenario';
import { factsOfThisHost, newTicket, writeFacts } from '../packages/fleet/src/agent-facts.ts';
import { RENEWAL_MS } from '../packages/fleet/src/deadlines.ts';
import { openQueue, type Queue } from '../packages/fleet/src/index.ts';
import { commandsKey, invitationChannel, resultsKey } from '../packages/fleet/src/keys.ts';
import {
  type FleetCommand,
  type FleetMessage,
  fleetCommandSchema,
  type Invitation,
  invitationSchema,
  parsedText,
} from '../packages/fleet/src/messages.ts';
import { invitationPlace, type Ticket } from '../packages/fleet/src/places.ts';
import { takeShards } from '../packages/fleet/src/shard-jobs.ts';
import { readSharedClock } from '../packages/fleet/src/shared-clock.ts';
import { openStreamWriter, readStream } from '../packages/fleet/src/stream.ts';
import type { RecordedLines } from './recorded-lines.ts';

const [url = '', agentCount = '1', cores = '1', linesFile = ''] = process.argv.slice(2);
const examples = JSON.parse(readFileSync(linesFile, 'utf8')) as RecordedLines;

/** Interval in which a real worker batches the events of its participants, ms. */
const BATCH_MS = 100;
const RESULTS_AT_ONCE = 500;

interface ScriptedWorker {
  carryOut(command: ShardCommand): void;
  readonly ended: Promise<void>;
}

const startScriptedWorker = (send: (message: WorkerMessage) => void): ScriptedWorker => {
  const ended = Promise.withResolvers<void>();
  const joining: ParticipantPlan[] = [];
  const connected: ParticipantPlan[] = [];
  const timers: NodeJS.Timeout[] = [];
  let startedAtMs = 0;
  let shard = 0;
  const elapsed = (): number => Date.now() - startedAtMs;
  const join = (): void => {
    const due: EventLine[] = [];
    while ((joining[0]?.joinAtMs ?? Number.POSITIVE_INFINITY) <= elapsed()) {
      const one = joining.shift();
      if (one === undefined) break;
      connected.push(one);
      due.push(eventOf(examples.joined, one, shard), eventOf(examples.firstMedia, one, shard));
    }
    if (due.length > 0) send({ type: 'lines', lines: due });
  };
  const sample = (): void => {
    const line: SampleLine = {
      ...examples.sample,
      ...{ at: elapsed(), shard, intervalMs: 1_000, connected: connected.length },
    };
    send({ type: 'sample', sample: line });
  };
  const leave = (): void => {
    for (const timer of timers) clearInterval(timer);
    const results = connected.map((one) => resultOf(one, shard, elapsed()));
    for (let from = 0; from < results.length; from += RESULTS_AT_ONCE)
      send({ type: 'lines', lines: results.slice(from, from + RESULTS_AT_ONCE) });
    send({ type: 'finished' });
    ended.resolve();
  };
  return {
    ended: ended.promise,
    carryOut: (command) => {
      switch (command.type) {
        case 'start':
          ({ startedAtMs, shard } = command.assignment);
          joining.push(...command.assignment.admitted.map(({ plan }) => plan));
          timers.push(setInterval(join, BATCH_MS));
          // Samples are sent at each full second, like those of real workers.
          setTimeout(() => timers.push(setInterval(sample, 1_000)), 1_000 - (elapsed() % 1_000));
          break;
        case 'assign':
          joining.push(...command.admitted.map(({ plan }) => plan));
          break;
        case 'stop':
          leave();
          break;
      }
    },
  };
};

const eventOf = (
  example: EventLine,
  { identity, group, room, role, joinAtMs }: ParticipantPlan,
  shard: number,
): EventLine => ({ ...example, identity, group, room, role, shard, at: joinAtMs + 100 });

const resultOf = (plan: ParticipantPlan, shard: number, at: number): ParticipantLine => {
  const { identity, group, room, role, joinAtMs, leaveAtMs, expectedTracks } = plan;
  return {
    ...examples.result,
    ...{ identity, group, room, role, joinAtMs, leaveAtMs, expectedTracks, shard, at },
  };
};

const takePart = (queue: Queue, { agent, ticket }: Ticket, { run, shards }: Invitation): void => {
  const sender = { name: agent, ticket };
  const results = openStreamWriter<FleetMessage>(queue, resultsKey(run), sender);
  const workers = new Map<number, ScriptedWorker>();
  const host = async (job: number): Promise<void> => {
    const send = (message: WorkerMessage): void => results.push({ type: 'worker', job, message });
    const worker = startScriptedWorker(send);
    workers.set(job, worker);
    results.push({ type: 'taken', job });
    send({ type: 'ready' });
    await worker.ended;
    results.push({ type: 'ended', job, death: null });
  };
  const jobs = takeShards(queue, run, { agent, shards }, host, () => {}, fail);
  const alive = setInterval(() => results.push({ type: 'alive' }), RENEWAL_MS);
  const leave = async (): Promise<void> => {
    clearInterval(alive);
    await jobs.close(false);
    results.push({ type: 'left' });
  };
  const reader = { redis: queue.connect(), seal: queue.seal };
  readStream<FleetCommand>(reader, commandsKey(run, agent), {
    schema: fleetCommandSchema,
    ticketOf: () => ticket,
    onMessages: (_sender, commands) => {
      for (const command of commands) {
        if (command.type === 'worker') workers.get(command.job)?.carryOut(command.command);
        if (command.type === 'finish') void leave();
      }
    },
    onRefused: (_sender, rejected) => fail(rejected),
    onGap: (_sender, missing) => fail(new Error(`${missing} entries are missing`)),
    onFailure: fail,
  });
};

const fail = (error: unknown): never => {
  throw error;
};

const invitationOf = ({ seal }: Queue, ticket: Ticket, text: string): Invitation =>
  parsedText(invitationSchema, seal.verify(invitationPlace(ticket), text));

const offerHost = async (queue: Queue, agent: string): Promise<void> => {
  const clock = await readSharedClock(queue.redis);
  const ticket = newTicket();
  const invitations = queue.connect();
  await invitations.subscribe(invitationChannel(agent));
  invitations.on('message', (_channel, text) =>
    takePart(queue, { agent, ticket }, invitationOf(queue, { agent, ticket }, text)),
  );
  for (;;) {
    await writeFacts(queue, {
      ...factsOfThisHost(),
      ...{ agent, ticket, host: agent, version: 'bench', labels: {}, run: null, clock },
      cores: Number(cores),
    }).catch(() => {});
    await sleep(RENEWAL_MS);
  }
};

process.once('disconnect', () => process.exit());
await Promise.all(
  Array.from({ length: Number(agentCount) }, async (_, index) => {
    const queue = await openQueue(url, { key: process.env.SWARM_QUEUE_KEY, isInsecure: false });
    await offerHost(queue, `scripted-${index + 1}`);
  }),
);
