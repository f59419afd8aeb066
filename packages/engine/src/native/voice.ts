import type { Clock } from '@livekit-swarm/livekit';
import type { ParticipantPlan } from '@livekit-swarm/scenario';
import { type Neighbour, receives } from './actor.ts';
import type { PublishedTrack } from './clips.ts';
import type { Speakers } from './speakers.ts';

export interface VoiceOptions {
  plan: ParticipantPlan;
  clock: Clock;
  speakers: Speakers;
  /** What it publishes, now and before. */
  tracks: readonly PublishedTrack[];
  /** The clip of this track has changed. */
  play(cid: string): void;
  /** Whether others can receive its audio. */
  isAudible(): boolean;
  neighbours(): Neighbour[];
}

/** The audio of a participant that takes turns: speech while it is its turn, otherwise silence. */
export class Voice {
  readonly #options: VoiceOptions;
  #isSpeaking = false;

  constructor(options: VoiceOptions) {
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

  /** Something happened to the participant: a turn that others did not receive as a whole is not counted. */
  check(): void {
    const { plan, speakers, tracks, isAudible } = this.#options;
    for (const track of tracks) this.#choose(track);
    if (this.#isSpeaking && !isAudible()) speakers.disturbed(plan.identity);
  }

  #choose(track: PublishedTrack): void {
    const { voice } = track;
    if (voice !== undefined) track.clips = [this.#isSpeaking ? voice.speech : voice.quiet];
  }

  /** It left, or lost its connection: it is not heard, and does not hear who speaks. */
  lost(): void {
    const { plan, speakers } = this.#options;
    speakers.disturbed(plan.identity);
    speakers.left(plan.index);
  }
}
