/** Part of a participant in calls and streams between participants. Runs in pages of browsers, too. */
import type {
  DataStreams,
  DataTracks,
  Exchange,
  ParticipantPlan,
  Rpc,
} from '@livekit-swarm/scenario';
import { isIdentityOf } from '@livekit-swarm/scenario/is-identity-of';
import type { RpcResult, StreamResult } from './exchange-result.ts';
import { RpcCaller } from './rpc-caller.ts';
import { StreamCheck } from './stream-check.ts';
import type { Hash } from './stream-marks.ts';
import { StreamSender, type StreamToSend } from './stream-sender.ts';

/** Settings of a participant for its part. */
export interface ExchangeSettings extends Exchange {
  rpc?: Rpc;
  dataStreams?: DataStreams;
  dataTracks?: DataTracks;
  /** Publishers of its data tracks on other hosts; absent: none. */
  elsewhere?: string[];
}

/**
 * Part of a participant of the plan; null: none.
 * @param remote publishers on other hosts
 */
export const exchangeOf = (
  {
    exchange,
    rpc,
    dataStreams,
    dataTracks,
  }: Pick<ParticipantPlan, 'exchange' | 'rpc' | 'dataStreams' | 'dataTracks'>,
  remote: readonly { identity: string }[] = [],
): ExchangeSettings | null => {
  if (exchange === undefined) return null;
  const publishers = exchange.subscribes?.publishers ?? [];
  const elsewhere = remote.flatMap(({ identity }) =>
    publishers.some(({ identities }) => isIdentityOf(identity, identities)) ? [identity] : [],
  );
  return {
    ...exchange,
    ...(rpc !== undefined && { rpc }),
    ...(dataStreams !== undefined && { dataStreams }),
    ...(dataTracks !== undefined && { dataTracks }),
    ...(elsewhere.length > 0 && { elsewhere }),
  };
};

/** Room of a participant, as its client offers it. */
export interface ExchangeRoom {
  /** Returns the identities of the other participants. */
  others(): readonly string[];
  /** Makes a call; its error has a `code` if it is one of LiveKit's RPC. */
  call(to: string, method: string, payload: string, timeoutMs: number): Promise<string>;
  /** Sends a text or byte stream. @throws Error if that is not possible */
  sendStream(stream: StreamToSend): Promise<void>;
  newHash(): Hash;
}

export interface ExchangeObserver {
  onCall(result: RpcResult): void;
  onStream(result: StreamResult): void;
}

/** Method that every participant answers with: the payload of the request. */
export const echo = (payload: string): string => payload;

export class ExchangePart {
  readonly #room: ExchangeRoom;
  readonly #observer: ExchangeObserver;
  readonly #caller: RpcCaller | null;
  readonly #sender: StreamSender | null;
  /** Streams that arrive at present. */
  readonly #arriving = new Set<StreamCheck>();

  constructor(settings: ExchangeSettings, room: ExchangeRoom, observer: ExchangeObserver) {
    const { rpc, callees, dataStreams, receivers } = settings;
    const ofRole = (beginning: string) => () =>
      room.others().filter((identity) => isIdentityOf(identity, beginning));
    this.#room = room;
    this.#observer = observer;
    this.#caller =
      rpc === undefined || callees === undefined
        ? null
        : new RpcCaller({
            rpc,
            callees: ofRole(callees),
            call: (...call) => room.call(...call),
            onResult: (result) => observer.onCall(result),
          });
    this.#sender =
      dataStreams === undefined || receivers === undefined
        ? null
        : new StreamSender({
            dataStreams,
            receivers: ofRole(receivers),
            newHash: () => room.newHash(),
            send: (stream) => room.sendStream(stream),
          });
  }

  /** Start, or continue after the connection was lost. */
  connected(): void {
    this.#caller?.start();
    this.#sender?.start();
  }

  /** Note that the connection was lost. */
  lost(): void {
    this.#caller?.stop();
    this.#sender?.stop();
  }

  /** Note that participants joined or left. */
  roomChanged(): void {
    this.#caller?.look();
    this.#sender?.look();
  }

  /** Check a stream that begins to arrive. */
  receive(kind: StreamResult['kind'], attributes: Readonly<Record<string, string>>): StreamCheck {
    const check: StreamCheck = new StreamCheck({
      kind,
      attributes,
      hash: this.#room.newHash(),
      onResult: (result) => {
        if (this.#arriving.delete(check)) this.#observer.onStream(result);
      },
    });
    this.#arriving.add(check);
    return check;
  }

  /** End before the participant leaves: what has not ended has no result. */
  end(): void {
    this.#caller?.end();
    this.#sender?.stop();
    for (const check of this.#arriving) check.forget();
    this.#arriving.clear();
  }
}
