/** Messages between the engine and the process that hosts its rtc participants. */
import type { TrackPlan } from '@livekit-swarm/scenario';
import type { ClientEvent, ClientJoined, ClientReading } from '../client/client.ts';
import type { ClientLayout } from '../client/client-layout.ts';
import type { ExchangeSettings } from '../exchange/exchange-part.ts';
import type { RtcKey } from './encryption.ts';

export interface RtcJoin {
  url: string;
  token: string;
  layout: Pick<ClientLayout, 'audio' | 'videos'>;
  publish: TrackPlan[];
  /** Part in calls between participants; null: none. */
  exchange: ExchangeSettings | null;
  /**
   * Unix time minus CLOCK_MONOTONIC, ms, for the times of a conversation; null: the participant
   * takes part in none.
   */
  conversationClockMs: number | null;
  /** Key of end-to-end encryption; null: no encryption. */
  e2ee: RtcKey | null;
}

/** Command to the process, which answers each once. */
export type RtcCommand = { id: number; participant: number } & (
  | { type: 'join'; join: RtcJoin }
  | { type: 'change-key'; key: RtcKey }
  | { type: 'speak'; utterance: number }
  | { type: 'read' }
  | { type: 'leave' }
);

export type RtcMessage =
  | { type: 'ready' }
  | { type: 'answer'; id: number; result: ClientJoined | ClientReading | null }
  | { type: 'event'; participant: number; event: ClientEvent };
