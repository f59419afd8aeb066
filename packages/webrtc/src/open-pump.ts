import { createRequire } from 'node:module';
import type {
  IceCredentials,
  LocalTransport,
  PeerOptions,
  Pump,
  PumpEvent,
  PumpOptions,
  PumpSample,
  ReceiverOptions,
  SenderOptions,
} from './pump.ts';
import { readFlows, readGaps, readPeers, readReceivers, readSenders } from './rows.ts';

/** The tables of a sample come as numbers (`rows.ts`), the rest as it is. */
type Table = 'senders' | 'receivers' | 'peers' | 'flows' | 'gaps';
type NativeSample = Omit<PumpSample, Table> & Record<Table, Float64Array>;

/** The class that the addon exports (packages/webrtc/crate/src/addon.rs). */
interface NativePump {
  addClip(clip: object): number;
  createPeer(localAddress: string, options: PeerOptions | undefined): LocalTransport;
  setRemote(peer: number, remote: object): void;
  addRemoteCandidate(peer: number, candidate: string): void;
  restartIce(peer: number): IceCredentials;
  setExtensions(peer: number, ids: object): void;
  createDataChannel(
    peer: number,
    label: string,
    ordered: boolean,
    maxRetransmits: number | undefined,
  ): void;
  sendData(peer: number, label: string, message: Buffer): void;
  startDataFlow(
    peer: number,
    label: string,
    template: Buffer,
    stampOffset: number,
    intervalMs: number,
    flow: number,
  ): void;
  addSender(options: SenderOptions): number;
  setSenderActive(sender: number, active: boolean): void;
  addReceiver(options: ReceiverOptions): number;
  setReceiverMuted(receiver: number, muted: boolean): void;
  removeReceiver(receiver: number): void;
  removeSender(sender: number): void;
  closePeer(peer: number): void;
  sample(): NativeSample;
  close(): void;
}

type NativePumpConstructor = new (
  options: PumpOptions,
  onEvents: (events: PumpEvent[]) => void,
) => NativePump;

/** File name of the addon for a platform, beside this package's sources. */
export const addonFile = (
  platform: string = process.platform,
  arch: string = process.arch,
): string => `swarm-native.${platform}-${arch}.node`;

const loadAddon = (): { NativePump: NativePumpConstructor } => {
  const path = new URL(`../${addonFile()}`, import.meta.url).pathname;
  try {
    return createRequire(import.meta.url)(path) as { NativePump: NativePumpConstructor };
  } catch (error) {
    throw new Error(
      `the media engine could not be loaded from ${path}: ${error instanceof Error ? error.message : String(error)}. Run "npm start" once, which builds it, or "swarm doctor" to see what is missing.`,
    );
  }
};

const asBuffer = (bytes: Uint8Array): Buffer =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/**
 * Starts the pump's threads. `onEvents` is called on the main thread, batched, and does not keep the process alive.
 * Throws when the addon is missing or does not fit this machine.
 */
export const openPump = (options: PumpOptions, onEvents: (events: PumpEvent[]) => void): Pump => {
  const { NativePump } = loadAddon();
  const native = new NativePump(options, onEvents);
  return {
    addClip: (clip) =>
      native.addClip({
        ...clip,
        payload: asBuffer(clip.payload),
        audioLevels: asBuffer(clip.audioLevels),
      }),
    createPeer: (localAddress, options) => native.createPeer(localAddress, options),
    setRemote: (peer, remote) => native.setRemote(peer, remote),
    addRemoteCandidate: (peer, candidate) => native.addRemoteCandidate(peer, candidate),
    restartIce: (peer) => native.restartIce(peer),
    setExtensions: (peer, ids) => native.setExtensions(peer, ids),
    createDataChannel: ({ peer, label, ordered, maxRetransmits }) =>
      native.createDataChannel(peer, label, ordered, maxRetransmits ?? undefined),
    sendData: (peer, label, message) => native.sendData(peer, label, asBuffer(message)),
    startDataFlow: ({ peer, label, template, stampOffset, intervalMs, flow }) =>
      native.startDataFlow(peer, label, asBuffer(template), stampOffset, intervalMs, flow),
    addSender: (sender) => native.addSender(sender),
    setSenderActive: (sender, active) => native.setSenderActive(sender, active),
    addReceiver: (receiver) => native.addReceiver(receiver),
    setReceiverMuted: (receiver, muted) => native.setReceiverMuted(receiver, muted),
    removeReceiver: (receiver) => native.removeReceiver(receiver),
    removeSender: (sender) => native.removeSender(sender),
    closePeer: (peer) => native.closePeer(peer),
    sample: () => {
      const { senders, receivers, peers, flows, gaps, ...rest } = native.sample();
      return {
        ...rest,
        senders: readSenders(senders),
        receivers: readReceivers(receivers),
        peers: readPeers(peers),
        flows: readFlows(flows),
        gaps: readGaps(gaps),
      };
    },
    close: () => native.close(),
  };
};
