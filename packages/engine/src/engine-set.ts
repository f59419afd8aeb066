import type { ParticipantLine } from '@livekit-swarm/record';
import type { ClientEngineName, ParticipantPlan, PlannedStep } from '@livekit-swarm/scenario';
import type { Admission, Engine, EngineSample } from './engine.ts';

/**
 * Function that makes an engine; the code of real clients is loaded only if a participant needs it.
 */
export type EngineMaker = (name: OtherEngine) => Promise<Engine>;

/**
 * Engine besides the native one: of real clients, of encoders that publish through ingress, or of
 * streams at WHIP and WHEP endpoints.
 */
export type OtherEngine = ClientEngineName | 'encoder' | 'stream';

/** Engine that gives each participant to the engine that its role names. */
export class EngineSet implements Engine {
  readonly name = 'native';
  readonly #native: Engine;
  readonly #make: EngineMaker;
  readonly #others = new Map<OtherEngine, Promise<Engine>>();
  /** Engines that have started, by name. */
  readonly #ready = new Map<OtherEngine | 'native', Engine>();
  readonly #engineOf = new Map<number, Promise<Engine>>();

  constructor(native: Engine, make: EngineMaker) {
    this.#native = native;
    this.#make = make;
    this.#ready.set('native', native);
  }

  prepare(plan: ParticipantPlan): void {
    const name = otherEngineOf(plan);
    if (name === null) return;
    // If the engine cannot be made, the join reports it.
    this.#engine(name).then(
      (engine) => engine.prepare?.(plan),
      () => {},
    );
  }

  async join(plan: ParticipantPlan, admission: Admission, scheduledAtMs: number): Promise<void> {
    const name = otherEngineOf(plan);
    if (name === null) return await this.#native.join(plan, admission, scheduledAtMs);
    const engine = this.#engine(name);
    this.#engineOf.set(plan.index, engine);
    await (await engine).join(plan, admission, scheduledAtMs);
  }

  async leave(index: number): Promise<ParticipantLine> {
    const engine = this.#engineOf.get(index);
    if (engine === undefined) return await this.#native.leave(index);
    this.#engineOf.delete(index);
    return await (await engine).leave(index);
  }

  act(index: number, step: PlannedStep): boolean {
    const engine = this.#engineOf.get(index);
    if (engine === undefined) return this.#native.act?.(index, step) === true;
    // Real clients support no other step.
    if (step.do !== 'change-key') return false;
    engine.then(
      (made) => made.act?.(index, step),
      () => {},
    );
    return true;
  }

  sample(): EngineSample {
    const [native, ...others] = [...this.#ready.values()].map((engine) => engine.sample());
    if (native === undefined) throw new Error('there is no native engine');
    const all = [native, ...others];
    const rpc = all.flatMap((one) => one.rpc ?? []);
    const dataStreams = all.flatMap((one) => one.dataStreams ?? []);
    const dataTracks = all.flatMap((one) => one.dataTracks ?? []);
    return {
      ...native,
      ...(rpc.length > 0 && { rpc }),
      ...(dataStreams.length > 0 && { dataStreams }),
      ...(dataTracks.length > 0 && { dataTracks }),
      connected: others.reduce((sum, { connected }) => sum + connected, native.connected),
      series: [native, ...others].flatMap(({ series }) => series),
      ...(others.some(({ clients }) => clients !== undefined) && {
        clients: others.flatMap(({ clients = [] }) => clients),
      }),
    };
  }

  correctClock(ms: number): void {
    for (const engine of this.#ready.values()) engine.correctClock?.(ms);
  }

  async close(): Promise<void> {
    const made = await Promise.allSettled(this.#others.values());
    const engines = made.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    try {
      // Encoders and streams use the pump of the native engine.
      await Promise.all(engines.map((engine) => engine.close()));
    } finally {
      await this.#native.close();
    }
  }

  #engine(name: OtherEngine): Promise<Engine> {
    const known = this.#others.get(name);
    if (known !== undefined) return known;
    const made = this.#make(name).then((engine) => {
      this.#ready.set(name, engine);
      return engine;
    });
    this.#others.set(name, made);
    return made;
  }
}

/** Engine that a participant needs; null: the native one. */
const otherEngineOf = ({ engine, ingress, stream }: ParticipantPlan): OtherEngine | null => {
  if (stream !== undefined) return 'stream';
  return ingress === undefined ? (engine ?? null) : 'encoder';
};
