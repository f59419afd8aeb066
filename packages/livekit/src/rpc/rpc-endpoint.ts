import { randomUUID } from 'node:crypto';
import { DataPacket, DataPacket_Kind, RpcAck, RpcRequest, RpcResponse } from '@livekit/protocol';
import { MAX_RPC_BYTES } from '@livekit-swarm/scenario';
import type { Clock } from '../clock.ts';
import { RpcError } from './rpc-error.ts';

/** Time for the acknowledgement of a request, ms: that of livekit-client. */
export const ACK_TIMEOUT_MS = 7_000;
/**
 * Version of the packets. The second one sends payloads as text streams, between clients that
 * announce it; every client still understands the first one.
 */
const VERSION = 1;

export interface RpcEndpointOptions {
  clock: Pick<Clock, 'after'>;
  /** Sends a packet reliably, after those before it. @throws Error if that is not possible */
  send(packet: DataPacket): Promise<void>;
}

/** Method: takes the payload of a request, and returns that of the answer. */
export type RpcMethod = (payload: string, caller: string) => string;

interface Call {
  to: string;
  answered: PromiseWithResolvers<string>;
  /** Cancels the time limit for the acknowledgement. */
  acknowledged(): void;
  /** Cancels both time limits. */
  end(): void;
}

/** Side of one participant in LiveKit's RPC, the first version: it calls, and it answers. */
export class RpcEndpoint {
  readonly #options: RpcEndpointOptions;
  readonly #methods = new Map<string, RpcMethod>();
  readonly #calls = new Map<string, Call>();

  constructor(options: RpcEndpointOptions) {
    this.#options = options;
  }

  /** Answer calls of a method. */
  answer(name: string, method: RpcMethod): void {
    this.#methods.set(name, method);
  }

  /**
   * Call a method of another participant.
   * @param timeoutMs time for the answer, ms
   * @throws RpcError
   */
  call(to: string, method: string, payload: string, timeoutMs: number): Promise<string> {
    if (Buffer.byteLength(payload) > MAX_RPC_BYTES)
      return Promise.reject(RpcError.of('request_payload_too_large'));
    const { clock } = this.#options;
    const id = randomUUID();
    const noAck = clock.after(ACK_TIMEOUT_MS, () =>
      this.#fail(id, RpcError.of('connection_timeout')),
    );
    const noAnswer = clock.after(timeoutMs, () => this.#fail(id, RpcError.of('response_timeout')));
    const answered = Promise.withResolvers<string>();
    this.#calls.set(id, {
      to,
      answered,
      acknowledged: noAck,
      end: () => {
        noAck();
        noAnswer();
      },
    });
    const request = { id, method, payload, responseTimeoutMs: timeoutMs, version: VERSION };
    this.#send(to, { case: 'rpcRequest', value: new RpcRequest(request) }).catch((cause) =>
      this.#fail(id, RpcError.of('send_failed', { cause })),
    );
    return answered.promise;
  }

  /** Take a packet; packets that are not of RPC are ignored. */
  received({ participantIdentity: from, value }: DataPacket): void {
    switch (value.case) {
      case 'rpcRequest':
        this.#respond(from, value.value);
        return;
      case 'rpcAck':
        this.#callTo(from, value.value.requestId)?.acknowledged();
        return;
      case 'rpcResponse':
        this.#answered(from, value.value);
        return;
      default:
        return;
    }
  }

  /** Fail the calls to a participant that left. */
  left(identity: string): void {
    for (const [id, { to }] of this.#calls)
      if (to === identity) this.#fail(id, RpcError.of('recipient_disconnected'));
  }

  /** Fail all calls: the connection ended. */
  close(): void {
    for (const id of this.#calls.keys()) this.#fail(id, RpcError.of('send_failed'));
  }

  #respond(from: string, { id, method: name, payload, version }: RpcRequest): void {
    // If these packets cannot be sent, the caller notices by its time limits.
    const acknowledged = this.#send(from, {
      case: 'rpcAck',
      value: new RpcAck({ requestId: id }),
    });
    const value = this.#result(name, payload, version, from);
    const responded = this.#send(from, {
      case: 'rpcResponse',
      value: new RpcResponse({ requestId: id, value }),
    });
    for (const sent of [acknowledged, responded]) sent.catch(() => {});
  }

  #result(name: string, payload: string, version: number, from: string): RpcResponse['value'] {
    const failed = (error: RpcError): RpcResponse['value'] => ({
      case: 'error',
      value: error.toPacket(),
    });
    if (version !== VERSION) return failed(RpcError.of('unsupported_version'));
    const method = this.#methods.get(name);
    if (method === undefined) return failed(RpcError.of('unsupported_method'));
    try {
      const answer = method(payload, from);
      if (Buffer.byteLength(answer) > MAX_RPC_BYTES)
        return failed(RpcError.of('response_payload_too_large'));
      return { case: 'payload', value: answer };
    } catch (error) {
      return failed(error instanceof RpcError ? error : RpcError.of('application_error'));
    }
  }

  #answered(from: string, { requestId, value }: RpcResponse): void {
    const call = this.#callTo(from, requestId);
    if (call === undefined) return;
    if (value.case === 'payload') {
      this.#end(requestId)?.answered.resolve(value.value);
      return;
    }
    this.#fail(
      requestId,
      value.case === 'error'
        ? new RpcError(value.value.code, value.value.message)
        : RpcError.of('unsupported_version'),
    );
  }

  /** Call with this id, if it went to that participant: any other could answer in its place. */
  #callTo(identity: string, id: string): Call | undefined {
    const call = this.#calls.get(id);
    return call?.to === identity ? call : undefined;
  }

  #fail(id: string, error: RpcError): void {
    this.#end(id)?.answered.reject(error);
  }

  #end(id: string): Call | undefined {
    const call = this.#calls.get(id);
    call?.end();
    this.#calls.delete(id);
    return call;
  }

  #send(to: string, value: DataPacket['value']): Promise<void> {
    const kind = DataPacket_Kind.RELIABLE;
    return this.#options.send(new DataPacket({ kind, destinationIdentities: [to], value }));
  }
}
