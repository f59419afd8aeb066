import {
  AvailabilityResponse,
  type Job,
  JobStatus,
  JobType,
  RegisterWorkerRequest,
  ServerMessage,
  UpdateJobStatus,
  UpdateWorkerStatus,
  WorkerMessage,
  WorkerPing,
  WorkerStatus,
} from '@livekit/protocol';
import { type ApiTarget, apiBase } from '@livekit-swarm/livekit';
import { messageOf, SwarmError } from '@livekit-swarm/settings';
import { AccessToken } from 'livekit-server-sdk';
import { WebSocket } from 'ws';

/** Job that the server assigned to the worker. */
export interface Assignment {
  job: Job;
  /** Address of the room's server; undefined: that of the worker. */
  url: string | undefined;
  token: string;
}

export interface WorkerConnectionOptions {
  target: ApiTarget;
  /** Name of the agent; empty: the worker is offered a job of every room. */
  agentName: string;
  version: string;
  /** Attributes of the agents in their rooms. Default: none. */
  attributes?: Record<string, string>;
  /** Return the identity of the agent in the room, or null to reject the job. */
  accept(job: Job): string | null;
  onAssignment(assignment: Assignment): void;
  /** Take the end of a job that the server ended. */
  onTermination(jobId: string): void;
  /** Take the end of the connection, unless it was closed here. */
  onClosed(reason: string): void;
  /**
   * Interval of pings, ms. A server that sends nothing in this time after a ping is lost. Default:
   * 10 s.
   */
  pingEveryMs?: number;
}

/** State that a worker reports. */
export interface WorkerLoad {
  /** Load from 0 to 1. The server offers no job at its `target_load` (0.7) or above. */
  load: number;
  jobs: number;
  /** True while the worker drains. */
  isFull: boolean;
}

const REGISTER_MS = 10_000;
const TOKEN_SECONDS = 600;
const PING_EVERY_MS = 10_000;
/** Close code of a connection that ended without a close frame (RFC 6455 §7.4.1). */
const ABNORMAL = 1006;

/** Connection of one worker to `/agent`: registers, answers offers of jobs, and reports its load. */
export class WorkerConnection {
  readonly #options: WorkerConnectionOptions;
  readonly #socket: WebSocket;
  #ping: NodeJS.Timeout | null = null;
  /** True from a ping until the server sends anything. */
  #isUnanswered = false;
  #isClosed = false;
  #workerId: string | null = null;

  /**
   * Connect and register.
   * @throws SwarmError `unreachable` if the server does not accept the worker
   */
  static async open(options: WorkerConnectionOptions): Promise<WorkerConnection> {
    const { target } = options;
    const token = new AccessToken(target.apiKey, target.apiSecret, { ttl: TOKEN_SECONDS });
    token.addGrant({ agent: true });
    const url = `${apiBase(target).replace(/^http/, 'ws')}/agent`;
    const socket = new WebSocket(url, {
      headers: { Authorization: `Bearer ${await token.toJwt()}` },
      handshakeTimeout: REGISTER_MS,
    });
    const connection = new WorkerConnection(options, socket);
    try {
      await connection.#registered(url);
    } catch (error) {
      // A server that answers late must not get a worker that is never closed.
      connection.close();
      socket.terminate();
      throw error;
    }
    return connection;
  }

  private constructor(options: WorkerConnectionOptions, socket: WebSocket) {
    this.#options = options;
    this.#socket = socket;
  }

  /** Identifier that the server gave to the worker. */
  get workerId(): string {
    return this.#workerId ?? '';
  }

  report({ load, jobs, isFull }: WorkerLoad): void {
    const status = isFull ? WorkerStatus.WS_FULL : WorkerStatus.WS_AVAILABLE;
    this.#send({
      case: 'updateWorker',
      value: new UpdateWorkerStatus({ status, load, jobCount: jobs }),
    });
  }

  /** Report the end of a job. @param error null: it succeeded */
  ended(jobId: string, error: string | null): void {
    const status = error === null ? JobStatus.JS_SUCCESS : JobStatus.JS_FAILED;
    const value = new UpdateJobStatus({ jobId, status, error: error ?? '' });
    this.#send({ case: 'updateJob', value });
  }

  close(): void {
    this.#isClosed = true;
    if (this.#ping !== null) clearInterval(this.#ping);
    this.#socket.close();
  }

  #registered(url: string): Promise<void> {
    const { agentName, version, onClosed, pingEveryMs = PING_EVERY_MS } = this.#options;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const fail = (problem: string): void =>
      reject(
        new SwarmError(
          'unreachable',
          `${url}: the worker was not registered: ${problem}`,
          'the key must be one of the server, and a proxy must pass /agent with its WebSocket',
        ),
      );
    const late = setTimeout(() => fail(`no answer within ${REGISTER_MS} ms`), REGISTER_MS);
    late.unref();
    this.#socket.on('open', () => {
      const value = new RegisterWorkerRequest({ type: JobType.JT_ROOM, agentName, version });
      this.#send({ case: 'register', value });
    });
    this.#socket.on('error', (error) => fail(error.message));
    this.#socket.on('close', (code) => {
      fail(`the server closed the connection (${code})`);
      if (this.#ping !== null) clearInterval(this.#ping);
      if (this.#isClosed || this.#workerId === null) return;
      onClosed(
        this.#isUnanswered && code === ABNORMAL
          ? `the server has not answered a ping for ${pingEveryMs} ms`
          : `closed by the server (${code})`,
      );
    });
    this.#socket.on('message', (data) => {
      this.#isUnanswered = false;
      if (!(data instanceof Buffer)) return;
      let message: ServerMessage['message'];
      try {
        ({ message } = ServerMessage.fromBinary(data));
      } catch (error) {
        fail(`the server sent no message of this protocol: ${messageOf(error)}`);
        this.#socket.terminate();
        return;
      }
      if (message.case === 'register') {
        this.#workerId = message.value.workerId;
        this.#ping = setInterval(() => this.#checkServer(), pingEveryMs);
        resolve();
      } else this.#take(message);
    });
    return promise.finally(() => clearTimeout(late));
  }

  /** Ping, and end the connection of a server that has not answered the ping before. */
  #checkServer(): void {
    if (this.#isUnanswered) {
      this.#socket.terminate();
      return;
    }
    this.#isUnanswered = true;
    const value = new WorkerPing({ timestamp: BigInt(Date.now()) });
    this.#send({ case: 'ping', value });
  }

  #take(message: ServerMessage['message']): void {
    const { accept, attributes = {}, onAssignment, onTermination } = this.#options;
    if (message.case === 'availability' && message.value.job !== undefined) {
      const { job } = message.value;
      const identity = accept(job);
      const value = new AvailabilityResponse({
        jobId: job.id,
        available: identity !== null,
        ...(identity !== null && {
          participantIdentity: identity,
          participantName: identity,
          participantAttributes: attributes,
        }),
      });
      this.#send({ case: 'availability', value });
    } else if (message.case === 'assignment' && message.value.job !== undefined) {
      const { job, url, token } = message.value;
      onAssignment({ job, url, token });
    } else if (message.case === 'termination') onTermination(message.value.jobId);
  }

  #send(message: WorkerMessage['message']): void {
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    this.#socket.send(new WorkerMessage({ message }).toBinary());
  }
}
