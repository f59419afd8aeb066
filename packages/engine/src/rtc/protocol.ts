/** Between the engine and the process that hosts its participants. */
import type { TrackPlan } from '@livekit-swarm/scenario';
import type { ClientEvent, ClientJoined, ClientReading } from '../client/client.ts';
import type { ClientLayout } from '../client/client-layout.ts';
import type { RtcKey } from './encryption.ts';

export interface RtcJoin {
  url: string;
  token: string;
  layout: Pick<ClientLayout, 'audio' | 'videos'>;
  publish: TrackPlan[];
  /** Null: without end-to-end encryption. */
  e2ee: RtcKey | null;
}

/** Each is answered once. */
export type RtcCommand = { id: number; participant: number } & (
  | { type: 'join'; join: RtcJoin }
  | { type: 'change-key'; key: RtcKey }
  | { type: 'read' }
  | { type: 'leave' }
);

export type RtcMessage =
  | { type: 'ready' }
  | { type: 'answer'; id: number; result: ClientJoined | ClientReading | null }
  | { type: 'event'; participant: number; event: ClientEvent };
