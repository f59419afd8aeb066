/** The program of a worker process: forked by `worker-process.ts`, carries out commands, hosts one shard. */
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

const carryOut = async (command: WorkerCommand): Promise<void> => {
  switch (command.type) {
    case 'prepare':
      process.title = `swarm worker ${command.shard}`;
      engine = await loadEngine(command.engineModule);
      send({ type: 'ready' });
      break;
    case 'start':
      if (engine === null) throw new Error('start came before prepare');
      host = await hostShard(command.assignment, engine, send);
      break;
    case 'assign':
      host?.assign(command.admitted);
      break;
    case 'stop':
      await host?.stop();
      sendLast({ type: 'finished' }, 0);
      break;
  }
};

// One after the other: a `stop` that overtakes a `start` would leave participants behind.
let last = Promise.resolve();
process.on('message', (command) => {
  last = last
    .then(() => carryOut(command as WorkerCommand))
    .catch((error: unknown) =>
      sendLast(
        { type: 'failed', message: error instanceof Error ? error.message : String(error) },
        1,
      ),
    );
});

// The coordinator has ended. SIGKILL, as no native thread may hold this up.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));

// Ctrl-C in a terminal and a supervisor's SIGTERM reach the whole group: only the coordinator decides.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
