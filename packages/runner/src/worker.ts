/**
 * Program of a worker process, forked by `worker-process.ts`: executes commands and hosts one
 * shard.
 */
import { failpoint } from '@livekit-swarm/host';
import { useNameServer } from '@livekit-swarm/livekit';
import { messageOf } from '@livekit-swarm/settings/errors';
import { type EngineModule, loadEngine } from './load-engine.ts';
import { hostShard, type ShardHost } from './shard-host.ts';
import type { WorkerCommand, WorkerMessage } from './worker-protocol.ts';

/** Command `prepare` of the parent process, received once. */
let prepared: Extract<WorkerCommand, { type: 'prepare' }> | null = null;
let engine: EngineModule | null = null;
let host: ShardHost | null = null;

const send = (message: WorkerMessage): void => {
  if (process.connected) process.send?.(message);
};

/** Ends this process, but only after the channel has accepted the message. */
const sendLast = (message: WorkerMessage, exitCode: number): void => {
  process.send?.(message, undefined, undefined, () => process.exit(exitCode));
};

const carryOut = async (command: WorkerCommand): Promise<void> => {
  switch (command.type) {
    case 'prepare':
      if (prepared !== null) throw new Error('a second prepare: a worker loads one engine');
      prepared = command;
      process.title = `swarm process ${command.shard}`;
      useNameServer(command.nameServer ?? null);
      failpoint('worker.prepare');
      if (command.leaseMs !== undefined) watchLease(command.leaseMs);
      engine = await loadEngine(command.engineModule);
      send({ type: 'ready' });
      break;
    case 'start':
      if (engine === null || prepared === null) throw new Error('start came before prepare');
      if (host !== null) throw new Error('a second start: a worker hosts one shard');
      host = await hostShard(command.assignment, engine, prepared, send);
      break;
    case 'assign':
      host?.assign(command.admitted);
      break;
    case 'renew':
      if (command.clockCorrectionMs !== undefined) host?.correctClock(command.clockCorrectionMs);
      break;
    case 'stop':
      await host?.stop();
      sendLast({ type: 'finished' }, 0);
      break;
  }
};

/** Time for participants to leave when no command requested it, ms. */
const LEAVE_MS = 3_000;
const LEASE_CHECK_MS = 1_000;
let heardAt = performance.now();

/** Ends the participants if no command has arrived for `leaseMs`. */
const watchLease = (leaseMs: number): void => {
  let overdue = 0;
  const timer = setInterval(() => {
    // Two overdue checks are required: after a pause of this process, timers run before waiting
    // commands.
    overdue = performance.now() - heardAt > leaseMs ? overdue + 1 : 0;
    if (overdue < 2) return;
    clearInterval(timer);
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), LEAVE_MS);
    void carryOut({ type: 'stop' });
  }, LEASE_CHECK_MS);
};

// Commands are executed one after the other: a `stop` that overtakes a `start` would leave
// participants behind.
let last = Promise.resolve();
process.on('message', (command) => {
  heardAt = performance.now();
  last = last
    .then(() => carryOut(command as WorkerCommand))
    .catch((error: unknown) => sendLast({ type: 'failed', message: messageOf(error) }, 1));
});

// The coordinator has ended, perhaps while this process was loading. SIGKILL, because no native
// thread may delay the end.
const end = (): void => void process.kill(process.pid, 'SIGKILL');
process.on('disconnect', end);
if (!process.connected) end();

// Ctrl-C in a terminal and SIGTERM of a supervisor reach the whole process group, but only the
// coordinator decides.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
