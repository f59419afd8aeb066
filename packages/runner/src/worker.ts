/** The program of a worker process: forked by `worker-process.ts`, obeys commands, hosts one shard. */
import { type EngineModule, loadEngine } from './load-engine.ts';
import { hostShard, type ShardHost } from './shard-host.ts';
import type { WorkerCommand, WorkerMessage } from './worker-protocol.ts';

let engine: EngineModule | null = null;
let host: ShardHost | null = null;

const send = (message: WorkerMessage): void => {
  if (process.connected) process.send?.(message);
};

/** Ends this process, but not before the channel has taken the message. */
const sendLast = (message: WorkerMessage, exitCode: number): void => {
  process.send?.(message, undefined, undefined, () => process.exit(exitCode));
};

const obey = async (command: WorkerCommand): Promise<void> => {
  switch (command.type) {
    case 'prepare':
      process.title = `swarm worker ${command.shard}`;
      engine = await loadEngine(command.engineModule);
      send({ type: 'ready' });
      break;
    case 'begin':
      if (engine === null) throw new Error('begin came before prepare');
      host = await hostShard(command.order, engine, send);
      break;
    case 'recruit':
      host?.recruit(command.recruits);
      break;
    case 'leave':
      await host?.leave();
      sendLast({ type: 'finished' }, 0);
      break;
  }
};

// One after the other: a `leave` that overtakes a `begin` would leave a crowd behind.
let last = Promise.resolve();
process.on('message', (command) => {
  last = last
    .then(() => obey(command as WorkerCommand))
    .catch((error: unknown) =>
      sendLast(
        { type: 'failed', message: error instanceof Error ? error.message : String(error) },
        1,
      ),
    );
});

// The coordinator is gone, however it went: nobody will read what we say. SIGKILL, as no native thread may hold this up.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));

// Ctrl-C in a terminal and a supervisor's SIGTERM reach the whole group: the coordinator alone decides, and tells us to leave.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
