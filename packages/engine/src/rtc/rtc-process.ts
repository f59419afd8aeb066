import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { exitWithParent, siblingModule } from '@livekit-swarm/host';
import type { ClientEvent } from '../client/client.ts';
import type { RtcCommand, RtcMessage } from './protocol.ts';

type Result = Extract<RtcMessage, { type: 'answer' }>['result'];

/** Command without the id, which the process adds. */
export type RtcRequest = RtcCommand extends infer Command
  ? Command extends RtcCommand
    ? Omit<Command, 'id'>
    : never
  : never;

const START_MS = 20_000;

/**
 * Process that hosts participants on @livekit/rtc-node. It ends with this process, even if this
 * process is killed.
 */
export class RtcProcess {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, PromiseWithResolvers<Result>>();
  readonly #listeners = new Map<number, (event: ClientEvent) => void>();
  readonly #ready = Promise.withResolvers<void>();
  #lastId = 0;
  #hasEnded = false;
  /** Number of participants that the process has hosted so far: rtc-node leaks memory. */
  given = 0;

  constructor(onEnd: () => void) {
    const program = fileURLToPath(siblingModule(import.meta.url, './host'));
    const [command, ...parameters] = exitWithParent([process.execPath, program]);
    this.#child = spawn(command, parameters, {
      // A terminal's Ctrl-C is for the coordinator, which lets participants leave first.
      detached: true,
      // In other environments, rtc-node logs a line for each signalling packet.
      env: { ...process.env, NODE_ENV: 'production' },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      serialization: 'advanced',
    });
    this.#child.on('message', (message) => this.#onMessage(message as RtcMessage));
    const end = (reason: string): void => {
      if (this.#hasEnded) return;
      this.#hasEnded = true;
      const error = new Error(`the process of rtc-node ended: ${reason}`);
      this.#ready.reject(error);
      for (const waiting of this.#waiting.values()) waiting.reject(error);
      this.#waiting.clear();
      for (const listener of this.#listeners.values())
        listener({ type: 'disconnected', reason: 'client_ended', message: error.message });
      onEnd();
    };
    this.#child.once('exit', (code, signal) => end(signal ?? `exit ${code}`));
    this.#child.once('error', (error) => end(error.message));
    this.#ready.promise.catch(() => {});
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get hosted(): number {
    return this.#listeners.size;
  }

  /** @throws Error if the process did not start */
  async add(participant: number, listener: (event: ClientEvent) => void): Promise<void> {
    this.given++;
    this.#listeners.set(participant, listener);
    const timer = setTimeout(() => {
      this.#ready.reject(new Error('the process of rtc-node did not start in time'));
      // The next participant gets another process.
      this.kill();
    }, START_MS);
    try {
      await this.#ready.promise;
    } catch (error) {
      this.#listeners.delete(participant);
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  remove(participant: number): void {
    this.#listeners.delete(participant);
  }

  /** @throws Error if the process does not answer in time */
  async ask(request: RtcRequest, timeoutMs: number): Promise<Result> {
    if (this.#hasEnded) throw new Error('the process of rtc-node has ended');
    const id = ++this.#lastId;
    const waiting = Promise.withResolvers<Result>();
    this.#waiting.set(id, waiting);
    const timer = setTimeout(
      () => waiting.reject(new Error(`rtc-node did not answer within ${timeoutMs} ms`)),
      timeoutMs,
    );
    this.#child.send({ ...request, id } satisfies RtcCommand, () => {});
    try {
      return await waiting.promise;
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(id);
    }
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  #onMessage(message: RtcMessage): void {
    switch (message.type) {
      case 'ready':
        this.#ready.resolve();
        return;
      case 'answer':
        this.#waiting.get(message.id)?.resolve(message.result);
        return;
      case 'event':
        this.#listeners.get(message.participant)?.(message.event);
    }
  }
}
