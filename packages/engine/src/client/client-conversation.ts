import { AGENT_STATE, type Clock, type RemoteAgent } from '@livekit-swarm/livekit';
import type { Conversation } from '@livekit-swarm/scenario';
import type { Emit, EventDetails } from '../event-lines.ts';
import { Caller } from '../voice/caller.ts';
import { RoomVoices } from '../voice/room-voices.ts';
import type { Client, VoiceEvent } from './client.ts';

export interface ClientConversationOptions {
  conversation: Conversation;
  clock: Clock;
  emit: Emit;
}

/** Turn that has ended, until it is known whether its client was starved meanwhile. */
interface HeldTurn {
  at: number;
  details: EventDetails;
}

/** Time within which an utterance was played, ms: the longest one takes three seconds. */
const PLAYED_WITHIN_MS = 10_000;

/**
 * Caller on a real client: the turns are those of every caller, and the client plays and listens.
 */
export class ClientConversation {
  readonly #options: ClientConversationOptions;
  readonly #caller: Caller;
  readonly #voices: RoomVoices;
  /** Client that speaks; null: the connection is lost, or it has no audio track. */
  #client: Client | null = null;
  /** The same, also while the connection is lost. */
  #speaker: Client | null = null;
  readonly #room: { remoteAgents: RemoteAgent[] } = { remoteAgents: [] };
  #held: HeldTurn[] = [];
  /** Utterances that were requested. */
  #requests = 0;
  /** Cancels the report that an utterance was not played. */
  #cancelPlayed: (() => void) | null = null;

  constructor(options: ClientConversationOptions) {
    this.#options = options;
    const { clock, conversation } = options;
    this.#caller = new Caller({
      clock,
      conversation,
      room: this.#room,
      emit: (event, at, details) => {
        if (event === 'turn') this.#held.push({ at, details });
        else options.emit(event, at, details);
      },
      speak: (utterance) => this.#speak(utterance),
    });
    this.#voices = new RoomVoices(this.#caller);
  }

  /** Start. @param client null: it has no audio track to speak with */
  connected(client: Client | null): void {
    this.#speaker = client;
    this.recovered();
  }

  /** Continue after the connection was lost. */
  recovered(): void {
    this.#client = this.#speaker;
    this.#caller.connected();
  }

  /** Note that the connection was lost, or has ended. */
  lost(): void {
    this.#client = null;
    this.#cancelPlayed?.();
    this.#voices.lost();
    this.#caller.lost();
  }

  take(event: VoiceEvent): void {
    switch (event.type) {
      case 'agents':
        this.#room.remoteAgents = event.agents.map(({ identity, hasAudio, attributes }) => ({
          ...{ identity, hasAudio },
          state: attributes[AGENT_STATE] ?? null,
        }));
        this.#caller.roomChanged();
        return;
      case 'voice_began':
        this.#voices.began(event.track, event.at);
        return;
      case 'voice_ended':
        this.#voices.ended(event.track, event.voice);
        return;
      case 'spoken':
        this.#cancelPlayed?.();
        this.#caller.spoken(event.voice);
    }
  }

  /**
   * Report the turns that have ended. Turns during which the client was starved are left out: they
   * would show this host. @param starvedUntil Unix ms
   */
  report(starvedUntil: number): void {
    for (const { at, details } of this.#held) {
      const began = at - (details.turn?.spokenMs ?? 0);
      if (began >= starvedUntil) this.#options.emit('turn', at, details);
    }
    this.#held = [];
  }

  #speak(utterance: number): boolean {
    const client = this.#client;
    if (client === null) return false;
    const request = ++this.#requests;
    client.speak(utterance).catch(() => this.#notPlayed(request));
    this.#cancelPlayed?.();
    const { clock } = this.#options;
    this.#cancelPlayed = clock.after(PLAYED_WITHIN_MS, () => this.#notPlayed(request));
    return true;
  }

  /** Continue although the client did not answer, or does not play: the turn is not measured. */
  #notPlayed(request: number): void {
    // After a reconnect, the answer to an earlier request may still be missing.
    if (this.#client === null || this.#requests !== request) return;
    this.lost();
    this.recovered();
  }
}
