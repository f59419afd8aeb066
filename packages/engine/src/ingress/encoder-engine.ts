import { PROCESS_CLOCK_OFFSET_MS, steadyClock } from '@livekit-swarm/livekit';
import { emptyEngineHealth, type ParticipantLine } from '@livekit-swarm/record';
import type { ParticipantPlan } from '@livekit-swarm/scenario';
import type { Admission, Engine, EngineOptions, EngineSample } from '../engine.ts';
import type { NativeEngine } from '../native/native-engine.ts';
import { startEncoder } from './encoder.ts';
import { EncoderParticipant } from './encoder-participant.ts';
import { readPresence } from './room-presence.ts';
import { startWhip } from './whip-encoder.ts';

/** Time for participants to be gone at the end of a run, ms. */
const GONE_WITHIN_MS = 3_000;

/** Engine of participants that publish through ingress: each is an encoder. */
export class EncoderEngine implements Engine {
  readonly name = 'encoder';
  readonly #options: EngineOptions;
  readonly #native: Pick<NativeEngine, 'openMedia'>;
  readonly #clock: ReturnType<typeof steadyClock>;
  readonly #participants = new Map<number, EncoderParticipant>();
  /** Participants that have left, whose end is watched. */
  readonly #ending = new Set<EncoderParticipant>();

  /** @param native engine whose media WHIP clients send */
  constructor(options: EngineOptions, native: Pick<NativeEngine, 'openMedia'>) {
    this.#options = options;
    this.#native = native;
    this.#clock = steadyClock(options.clockOffsetMs ?? PROCESS_CLOCK_OFFSET_MS);
  }

  async join(plan: ParticipantPlan, admission: Admission, scheduledAtMs: number): Promise<void> {
    const clock = this.#clock;
    const { token, ingress, url } = admission;
    const access = { token, apiBase: ingress?.apiBase ?? url };
    const media =
      plan.ingress === 'whip' && ingress !== undefined
        ? this.#native.openMedia(plan, new URL(ingress.url).hostname)
        : null;
    const participant = new EncoderParticipant({
      ...{ plan, clock, engine: this.#options },
      encode: (stream) =>
        media === null
          ? startEncoder(stream, plan.publish, clock)
          : startWhip(stream, media, clock, plan.identity),
      presence: () => readPresence(access, plan),
      ...(media !== null && { finish: (at: number) => media.finish(at) }),
    });
    this.#participants.set(plan.index, participant);
    await participant.join(admission, this.#options.startedAtMs + scheduledAtMs);
  }

  async leave(index: number): Promise<ParticipantLine> {
    const participant = this.#participants.get(index);
    if (participant === undefined) throw new Error(`participant ${index} is not here`);
    this.#participants.delete(index);
    this.#ending.add(participant);
    const line = await participant.leave();
    void participant.gone.then(() => this.#ending.delete(participant));
    return line;
  }

  sample(): EngineSample {
    const present = [...this.#participants.values()];
    return {
      connected: present.filter(({ isConnected }) => isConnected).length,
      series: [],
      generator: emptyEngineHealth(),
    };
  }

  async close(): Promise<void> {
    await Promise.all([...this.#participants.keys()].map((index) => this.leave(index)));
    await Promise.all([...this.#ending].map((participant) => participant.close(GONE_WITHIN_MS)));
  }
}
