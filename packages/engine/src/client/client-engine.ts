import { PROCESS_CLOCK_OFFSET_MS, steadyClock } from '@livekit-swarm/livekit';
import { emptyEngineHealth, type ParticipantLine } from '@livekit-swarm/record';
import type { ClientEngineName, ParticipantPlan, PlannedStep } from '@livekit-swarm/scenario';
import type { Admission, Engine, EngineOptions, EngineSample } from '../engine.ts';
import { ExchangeMeter } from '../exchange/exchange-meter.ts';
import type { ClientHost } from './client.ts';
import { ClientParticipant } from './client-participant.ts';

/**
 * Engine of real clients: each runs in a separate program, which decodes, conceals and estimates
 * bandwidth like the clients of users.
 */
export class ClientEngine implements Engine {
  readonly name: ClientEngineName;
  readonly #options: EngineOptions;
  readonly #host: ClientHost;
  readonly #clock: ReturnType<typeof steadyClock>;
  readonly #participants = new Map<number, ClientParticipant>();
  /** Correction of this host's clock, which its clients also read, ms. */
  readonly #clockCorrection = { ms: 0 };
  readonly #exchanges = new ExchangeMeter();
  #closing: Promise<void> | null = null;

  constructor(name: ClientEngineName, options: EngineOptions, host: ClientHost) {
    this.name = name;
    this.#options = options;
    this.#host = host;
    this.#clock = steadyClock(options.clockOffsetMs ?? PROCESS_CLOCK_OFFSET_MS);
  }

  prepare(plan: ParticipantPlan): void {
    this.#participant(plan).prepare();
  }

  async join(plan: ParticipantPlan, admission: Admission): Promise<void> {
    await this.#participant(plan).join(admission);
  }

  async leave(index: number): Promise<ParticipantLine> {
    const participant = this.#participants.get(index);
    if (participant === undefined) throw new Error(`participant ${index} is not here`);
    const line = await participant.leave();
    this.#participants.delete(index);
    return line;
  }

  /**
   * Carry out a step. Real clients support one: changing the key, which all participants of a room
   * do together.
   */
  act(index: number, step: PlannedStep): boolean {
    if (step.do !== 'change-key') return false;
    this.#participants.get(index)?.changeKey(step.key);
    return true;
  }

  sample(): EngineSample {
    const present = [...this.#participants.values()];
    const sampled = present.map((one) => one.sample());
    return {
      connected: present.filter(({ isConnected }) => isConnected).length,
      series: sampled.flatMap(({ series }) => series),
      clients: sampled.map(({ client }) => client),
      ...this.#exchanges.take(),
      generator: emptyEngineHealth(),
    };
  }

  correctClock(ms: number): void {
    this.#clockCorrection.ms = ms;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await Promise.all([...this.#participants.keys()].map((index) => this.leave(index)));
    await this.#host.close();
  }

  #participant(plan: ParticipantPlan): ClientParticipant {
    const known = this.#participants.get(plan.index);
    if (known !== undefined) return known;
    const participant = new ClientParticipant({
      plan: { ...plan, engine: this.name },
      engine: this.#options,
      clock: this.#clock,
      clockCorrection: this.#clockCorrection,
      host: this.#host,
      exchanges: this.#exchanges,
    });
    this.#participants.set(plan.index, participant);
    return participant;
  }
}
