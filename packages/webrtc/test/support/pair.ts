import { setTimeout as sleep } from 'node:timers/promises';
import type {
  ExtensionIds,
  LocalTransport,
  PeerOptions,
  PumpEvent,
  PumpOptions,
  ReceiverOptions,
} from '../../src/addon.d.ts';
import { openPump } from '../../src/open-pump.ts';
import type { Pump } from '../../src/pump.ts';

/** 20 ms of sound, 80 bytes, again and again. */
export const tone = {
  kind: 'audio' as const,
  codec: 'opus' as const,
  clockRate: 48_000,
  width: 0,
  height: 0,
  payload: new Uint8Array(80).fill(7),
  packets: new Uint32Array([0, 80, 1, 1]),
  frames: new Uint32Array([0, 1, 960, 1]),
  audioLevels: new Uint8Array([30]),
};

export const extensions: ExtensionIds = {
  mid: 4,
  absCaptureTime: 7,
  transportWideCc: 3,
  audioLevel: 1,
};

export const until = async (what: string, condition: () => boolean): Promise<void> => {
  const deadline = Date.now() + 10_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`waited 10 s for ${what}`);
    await elapse(20);
  }
};

export const elapse = (ms: number): Promise<void> => sleep(ms);

/** Both ends of a connection, each in a pump of its own. */
export interface Pair extends Disposable {
  a: Pump;
  b: Pump;
  localA: LocalTransport;
  localB: LocalTransport;
  events: Record<'a' | 'b', PumpEvent[]>;
  seen(side: 'a' | 'b', type: PumpEvent['type']): boolean;
}

/** Connects two peers; `a` opens the data channel `_lossy`. */
export const openPair = async (
  sockets: Pick<PumpOptions, 'ownSockets'>,
  ofA: PeerOptions = {},
): Promise<Pair> => {
  const events: Pair['events'] = { a: [], b: [] };
  const a = openPump({ threads: 1, ...sockets }, (batch) => events.a.push(...batch));
  const b = openPump({ threads: 2, ...sockets }, (batch) => events.b.push(...batch));
  const close = () => {
    a.close();
    b.close();
  };
  const localA = a.createPeer('127.0.0.1', ofA);
  const localB = b.createPeer('127.0.0.1', { dataCohort: 9 });
  const seen: Pair['seen'] = (side, wanted) => events[side].some(({ type }) => type === wanted);
  a.setExtensions(localA.peer, extensions);
  b.setExtensions(localB.peer, extensions);
  a.createDataChannel({ peer: localA.peer, label: '_lossy', ordered: false, maxRetransmits: 0 });
  a.setRemote(localA.peer, {
    ...localB,
    dtlsRole: 'client',
    controlling: true,
    dataChannels: true,
  });
  b.setRemote(localB.peer, {
    ...localA,
    dtlsRole: 'server',
    controlling: false,
    dataChannels: true,
  });
  a.addRemoteCandidate(localA.peer, localB.candidate);
  b.addRemoteCandidate(localB.peer, localA.candidate);
  try {
    await until(
      'both sides to be connected',
      () => seen('a', 'connected') && seen('b', 'connected'),
    );
  } catch (error) {
    close();
    throw error;
  }
  return { a, b, localA, localB, events, seen, [Symbol.dispose]: close };
};

export const sound = {
  kind: 'audio',
  mid: '0',
  nack: true,
  pli: false,
  remb: false,
} as const satisfies Partial<ReceiverOptions>;

export const opus = [{ payloadType: 111, codec: 'opus' as const, clockRate: 48_000 }];

/** The tone from one side, and a receiver on the other. */
export const play = (
  from: Pump,
  fromPeer: number,
  to: Pump,
  toPeer: number,
  cohort: number,
): void => {
  to.addReceiver({ ...sound, peer: toPeer, payloads: opus, cohort });
  from.addSender({
    peer: fromPeer,
    clip: from.addClip(tone),
    mid: '0',
    ssrc: 1234,
    payloadType: 111,
    cname: 'x',
    active: true,
  });
};

/** The first of a table. @throws Error when it is empty */
export const first = <Row>(rows: Row[]): Row => {
  const [row] = rows;
  if (row === undefined) throw new Error('nothing in the sample');
  return row;
};
