/**
 * psrpc as one server and client speaks it: requests that a server must claim before it may answer.
 * Channels: SERVICE|METHOD|TOPIC|REQ for requests, SERVICE|CLIENT|CLAIM for offers of servers,
 * SERVICE|METHOD|TOPIC|RCLAIM for the choice of the client, SERVICE|CLIENT|RES for responses.
 */
import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { decodePsrpc, encodePsrpc } from './psrpc-messages.ts';

/** Error that a client of psrpc gets, with a code of psrpc: `unavailable`, `not_found`, … */
export class PsrpcError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

export interface Handler {
  /** Willingness to answer this request, from 0 to 1; negative: none, so others are asked. */
  affinity(request: Uint8Array): number;
  /** @throws PsrpcError */
  answer(request: Uint8Array): Promise<Uint8Array>;
  /** Called when another server answers a request that this one was willing to. */
  notChosen?(): void;
}

const TIMEOUT_MS = 5_000;
const nowNs = (): bigint => BigInt(Date.now()) * 1_000_000n;

export class PsrpcBus implements AsyncDisposable {
  readonly #publisher: Redis;
  readonly #subscriber: Redis;
  readonly #id = randomBytes(6).toString('hex');
  readonly #listeners = new Map<string, (bytes: Buffer) => void>();
  readonly #chosen = new Map<string, (serverId: string) => void>();
  readonly #offers = new Map<string, (serverId: string) => void>();
  readonly #responses = new Map<string, (error: PsrpcError | 'none') => void>();

  constructor(url: string) {
    this.#publisher = new Redis(url, { retryStrategy: () => 100 });
    this.#subscriber = new Redis(url, { retryStrategy: () => 100 });
    for (const one of [this.#publisher, this.#subscriber]) one.on('error', () => {});
    this.#subscriber.on('messageBuffer', (channel: Buffer, bytes: Buffer) => {
      this.#listeners.get(channel.toString())?.(bytes);
    });
  }

  /** Answers requests. @param topic empty: requests without a topic */
  async serve(service: string, method: string, topic: string, handler: Handler): Promise<void> {
    const path = [service, method, ...(topic === '' ? [] : [topic])].join('|');
    await this.#listen(`${path}|RCLAIM`, (bytes) => {
      const { requestId, serverId } = decodePsrpc('ClaimResponse', bytes);
      this.#chosen.get(requestId)?.(serverId);
    });
    await this.#listen(`${path}|REQ`, (bytes) => {
      void this.#answer(service, decodePsrpc('Request', bytes), handler);
    });
  }

  async stopServing(service: string, method: string, topic: string): Promise<void> {
    const path = `${service}|${method}|${topic}`;
    for (const channel of [`${path}|REQ`, `${path}|RCLAIM`]) {
      this.#listeners.delete(channel);
      await this.#subscriber.unsubscribe(channel);
    }
  }

  async #answer(
    service: string,
    { requestId, clientId, rawRequest }: ReturnType<typeof decodePsrpc<'Request'>>,
    handler: Handler,
  ): Promise<void> {
    const affinity = handler.affinity(rawRequest);
    if (affinity < 0) return;
    const chosen = waitFor(this.#chosen, requestId);
    await this.#publish(
      `${service}|${clientId}|CLAIM`,
      encodePsrpc('ClaimRequest', { requestId, serverId: this.#id, affinity }),
    );
    if ((await chosen) !== this.#id) return handler.notChosen?.();
    const head = { requestId, serverId: this.#id, sentAt: nowNs() };
    const response = await handler.answer(rawRequest).then(
      (rawResponse) => ({ ...head, rawResponse }),
      (error: unknown) => ({
        ...{ ...head, error: error instanceof Error ? error.message : String(error) },
        code: error instanceof PsrpcError ? error.code : 'unknown',
      }),
    );
    await this.#publish(`${service}|${clientId}|RES`, encodePsrpc('Response', response));
  }

  /**
   * Sends a request to the first server that offers to answer it.
   * @throws PsrpcError
   */
  async request(service: string, method: string, rawRequest: Uint8Array): Promise<void> {
    await this.#listen(`${service}|${this.#id}|CLAIM`, (bytes) => {
      const { requestId, serverId } = decodePsrpc('ClaimRequest', bytes);
      this.#offers.get(requestId)?.(serverId);
    });
    await this.#listen(`${service}|${this.#id}|RES`, (bytes) => {
      const { requestId, error = '', code = '' } = decodePsrpc('Response', bytes);
      this.#responses.get(requestId)?.(error === '' ? 'none' : new PsrpcError(code, error));
    });
    const requestId = randomBytes(6).toString('hex');
    const offer = waitFor(this.#offers, requestId);
    const response = waitFor(this.#responses, requestId);
    const sentAt = nowNs();
    const expiry = sentAt + BigInt(TIMEOUT_MS) * 1_000_000n;
    await this.#publish(
      `${service}|${method}|REQ`,
      encodePsrpc('Request', { requestId, clientId: this.#id, sentAt, expiry, rawRequest }),
    );
    const serverId = await offer;
    if (serverId === null) throw new PsrpcError('unavailable', `no server answers ${method}`);
    await this.#publish(
      `${service}|${method}|RCLAIM`,
      encodePsrpc('ClaimResponse', { requestId, serverId }),
    );
    const error = await response;
    if (error === null) throw new PsrpcError('unavailable', `no response to ${method}`);
    if (error !== 'none') throw error;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#subscriber.disconnect();
    this.#publisher.disconnect();
    await Promise.resolve();
  }

  async #listen(channel: string, listener: (bytes: Buffer) => void): Promise<void> {
    const isNew = !this.#listeners.has(channel);
    this.#listeners.set(channel, listener);
    if (isNew) await this.#subscriber.subscribe(channel);
  }

  async #publish(channel: string, bytes: Buffer): Promise<void> {
    await this.#publisher.publish(channel, bytes);
  }
}

/** Waits for the value of a request. @returns null: it did not arrive in time */
const waitFor = <Value>(
  waiting: Map<string, (value: Value) => void>,
  requestId: string,
): Promise<Value | null> =>
  new Promise((resolve) => {
    const timer = setTimeout(() => {
      waiting.delete(requestId);
      resolve(null);
    }, TIMEOUT_MS);
    waiting.set(requestId, (value) => {
      clearTimeout(timer);
      waiting.delete(requestId);
      resolve(value);
    });
  });
