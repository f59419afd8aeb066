import type { LookupFunction } from 'node:net';
import { Ping, SignalRequest, SignalResponse } from '@livekit/protocol';
import { WebSocket } from 'ws';
import { httpAnswer, MAX_BODY_BYTES } from '../answer/http-answer.ts';
import type { Clock } from '../clock.ts';
import type { Failure } from '../failure.ts';
import { failureOfError, rejectionOf } from '../rejection.ts';
import type { Keepalive, KeepaliveOptions } from './keepalive.ts';
import { type ResponseCase, responseCase } from './message-case.ts';

export type RequestMessage = SignalRequest['message'];
export type ResponseMessage = SignalResponse['message'];

export interface SignalSocketOptions {
  /** Base address without the endpoint: `ws://host:7880`. */
  base: string;
  /** Path and query, from `joinEndpoint` or `resumeEndpoint`. */
  endpoint: string;
  token: string;
  clock: Clock;
  keepalive: Keepalive;
  /** Name lookup. Default: `dns.lookup`. */
  lookup?: LookupFunction;
  /** Messages without a handler, which are not decoded. */
  ignored: ReadonlySet<ResponseCase>;
  /** Called with each message, in the order of the server. */
  onMessage(message: ResponseMessage): void;
  /** Called once, unless `close` was called first. */
  onEnd(failure: Failure): void;
}

/** A signal connection as a membership uses it. */
export interface SignalConnection {
  /**
   * Backend that the load balancer chose, from the header `x-livekit-backend`; empty without the
   * header, and until the connection is open.
   */
  readonly backend: string;
  /**
   * Sends a request; drops it silently when the connection is closed, because a resume sends the
   * state again.
   */
  send(message: RequestMessage): void;
  /** Starts the pings that the JoinResponse requests, seconds; 0: none. */
  keepAlive(pingIntervalSeconds: number, pingTimeoutSeconds: number): void;
  /**
   * Stops sending and reading without closing, like a device that lost its network. Its resources
   * are freed later.
   */
  abandon(): void;
  /** Closes the connection, without a handshake when it is not open. `onEnd` is not called. */
  close(): void;
}

/** Starts to connect; results go to `onMessage` and `onEnd`. */
export type ConnectSignal = (options: SignalSocketOptions) => SignalConnection;

/** Largest length of a backend name, characters: it is stored in every record. */
const MAX_BACKEND_NAME = 100;

/**
 * Largest message, bytes. The JoinResponse of a room with thousands of participants is smaller;
 * without a limit, a server could fill the memory of a worker.
 */
const MAX_MESSAGE_BYTES = 16 * 1_024 * 1_024;

/**
 * Time limit of the handshake, ms. Sessions time out earlier; this one closes the socket that they
 * left.
 */
const HANDSHAKE_TIMEOUT_MS = 30_000;

/**
 * Time for which an abandoned connection is kept open, ms: longer than any server waits for a ping.
 */
const ABANDONED_MS = 120_000;

/** One WebSocket to the server, with framing and pings; the caller interprets the messages. */
export class SignalSocket implements SignalConnection {
  readonly #options: SignalSocketOptions;
  readonly #socket: WebSocket;
  #kept: KeepaliveOptions | null = null;
  #rttMs = 0;
  #ended = false;
  #backend = '';

  constructor(options: SignalSocketOptions) {
    this.#options = options;
    this.#socket = new WebSocket(`${options.base}${options.endpoint}`, {
      // A header instead of the access_token parameter: proxies log URLs, and error messages quote
      // them.
      headers: { Authorization: `Bearer ${options.token}` },
      perMessageDeflate: false,
      maxPayload: MAX_MESSAGE_BYTES,
      handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
      ...(options.lookup !== undefined && { lookup: options.lookup }),
    });
    this.#socket.binaryType = 'nodebuffer';
    this.#socket.on('upgrade', ({ headers }) => {
      const backend = headers['x-livekit-backend'];
      if (typeof backend === 'string') this.#backend = backend.trim().slice(0, MAX_BACKEND_NAME);
    });
    this.#socket.on('message', (data: Buffer) => this.#receive(data));
    this.#socket.on('unexpected-response', (_request, response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      const refuse = () =>
        this.#end(
          rejectionOf(
            httpAnswer(response.statusCode ?? 0, response.headers, Buffer.concat(chunks)),
            { url: `${options.base}${options.endpoint}`, upgrade: true },
            options.base,
          ),
        );
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        size += chunk.length;
        // The rest of the body is not needed, and may be endless.
        if (size >= MAX_BODY_BYTES) refuse();
      });
      response.on('end', refuse);
      response.on('error', refuse);
    });
    this.#socket.on('error', (error) =>
      this.#end(isTooLarge(error) ? TOO_LARGE : failureOfError(error, options.base)),
    );
    this.#socket.on('close', (code) =>
      this.#end({
        reason: 'signal_closed',
        message: `the signal connection was closed (code ${code})`,
        retryable: true,
      }),
    );
  }

  get backend(): string {
    return this.#backend;
  }

  send(message: RequestMessage): void {
    if (this.#ended || this.#socket.readyState !== WebSocket.OPEN) return;
    this.#socket.send(new SignalRequest({ message }).toBinary());
  }

  keepAlive(pingIntervalSeconds: number, pingTimeoutSeconds: number): void {
    if (pingIntervalSeconds <= 0 || this.#ended) return;
    const now = this.#options.clock.now();
    this.#kept = {
      pingEveryMs: pingIntervalSeconds * 1_000,
      pingTimeoutMs: pingTimeoutSeconds > 0 ? pingTimeoutSeconds * 1_000 : Number.POSITIVE_INFINITY,
      lastHeardAt: now,
      lastPingAt: now,
      ping: (at) =>
        this.send({
          case: 'pingReq',
          value: new Ping({
            timestamp: BigInt(Math.round(at)),
            rtt: BigInt(Math.round(this.#rttMs)),
          }),
        }),
      timedOut: () =>
        this.#end({
          reason: 'signal_timeout',
          message: `nothing heard on the signal connection for ${pingTimeoutSeconds} s`,
          retryable: true,
        }),
    };
    this.#options.keepalive.add(this.#kept);
  }

  abandon(): void {
    this.#release();
    this.#socket.pause();
    const timer = setTimeout(() => this.#socket.terminate(), ABANDONED_MS);
    timer.unref();
  }

  close(): void {
    this.#release();
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.close(1000);
    else this.#socket.terminate();
  }

  #receive(data: Buffer): void {
    if (this.#ended) return;
    if (this.#kept !== null) this.#kept.lastHeardAt = this.#options.clock.now();
    const about = responseCase(data);
    if (about !== undefined && this.#options.ignored.has(about)) return;
    let message: ResponseMessage;
    try {
      message = SignalResponse.fromBinary(data).message;
    } catch {
      this.#end({
        reason: 'bad_message',
        message: 'the server sent a message that is not a SignalResponse',
        retryable: false,
      });
      return;
    }
    if (message.case === 'pongResp')
      this.#rttMs = this.#options.clock.now() - Number(message.value.lastPingTimestamp);
    else if (message.case !== undefined) this.#options.onMessage(message);
  }

  #end(failure: Failure): void {
    if (this.#ended) return;
    this.#release();
    this.#socket.terminate();
    this.#options.onEnd(failure);
  }

  #release(): void {
    this.#ended = true;
    if (this.#kept !== null) this.#options.keepalive.remove(this.#kept);
    this.#kept = null;
  }
}

const isTooLarge = (error: Error): boolean =>
  'code' in error && error.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH';

const TOO_LARGE: Failure = {
  reason: 'bad_message',
  message: 'the server sent a message of more than 16 MiB',
  retryable: false,
};
