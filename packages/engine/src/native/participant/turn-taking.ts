import type { Clock, RoomView, SpeakerInfo } from '@livekit-swarm/livekit';
import type { ParticipantPlan } from '@livekit-swarm/scenario';
import type { PublishedTrack } from '../media/clips.ts';
import { type Neighbour, receives } from './neighbours.ts';
import type { Speakers } from './speakers.ts';

export interface TurnTakingOptions {
  plan: ParticipantPlan;
  clock: Clock;
  speakers: Speakers;
  /** All tracks that the participant publishes or has published. */
  tracks: readonly PublishedTrack[];
  /** Play the current clip of a track. */
  play(cid: string): void;
  /** Check whether others can receive the participant's audio. */
  isAudible(): boolean;
  neighbours(): Neighbour[];
  room: Pick<RoomView, 'identityOf'>;
}

/** Audio of a participant that takes turns: speech during its turn, otherwise silence. */
export class TurnTaking {
  readonly #options: TurnTakingOptions;
  #isSpeaking = false;

  constructor(options: TurnTakingOptions) {
    this.#options = options;
    const { plan, speakers } = options;
    if (plan.turns === 'takes') speakers.add(plan.identity);
  }

  speak(isSpeaking: boolean): void {
    const { plan, clock, speakers, tracks, play, isAudible, neighbours } = this.#options;
    this.#isSpeaking = isSpeaking;
    for (const track of tracks) {
      this.#choose(track);
      if (track.voice !== undefined) play(track.spec.cid);
    }
    const at = clock.now();
    if (!isSpeaking) speakers.ended(plan.identity, at);
    else
      speakers.began(
        plan.identity,
        isAudible() ? neighbours().filter((one) => receives(one, { kind: 'audio' })) : [],
        at,
      );
  }

  /**
   * Discard the current turn if others can no longer receive all of it; call after each event of
   * the participant.
   */
  check(): void {
    const { plan, speakers, tracks, isAudible } = this.#options;
    for (const track of tracks) this.#choose(track);
    if (this.#isSpeaking && !isAudible()) speakers.disturbed(plan.identity);
  }

  /** Note announcements of active speakers that the participant received. */
  announced(announced: readonly SpeakerInfo[]): void {
    const { plan, clock, speakers, room } = this.#options;
    const listener = { index: plan.index, plan };
    const at = clock.now();
    for (const { sid, active } of announced) {
      const identity = room.identityOf(sid);
      if (identity !== undefined) speakers.announced(listener, identity, active, at);
    }
  }

  #choose(track: PublishedTrack): void {
    const { voice } = track;
    if (voice !== undefined) track.clips = [this.#isSpeaking ? voice.speech : voice.quiet];
  }

  /**
   * Note that the participant left or lost its connection: its turn does not count, and it gets no
   * announcements.
   */
  lost(): void {
    const { plan, speakers } = this.#options;
    speakers.disturbed(plan.identity);
    speakers.left(plan.index);
  }
}
