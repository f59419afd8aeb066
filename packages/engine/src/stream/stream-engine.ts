import { PROCESS_CLOCK_OFFSET_MS, steadyClock } from '@livekit-swarm/livekit';
import { emptyEngineHealth, type ParticipantLine } from '@livekit-swarm/record';
import type { ParticipantPlan } from '@livekit-swarm/scenario';
import type { Admission, Engine, EngineOptions, EngineSample } from '../engine.ts';
import type { NativeEngine } from '../native/native-engine.ts';
import { EndpointConnection } from './endpoint-connection.ts';
import { ReceivedStream } from './received-stream.ts';
import { StreamParticipant } from './stream-participant.ts';

interface Member {
  participant: StreamParticipant;
  connection: EndpointConnection;
}

/** Engine of participants that publish to WHIP endpoints, or play from WHEP endpoints. */
export class StreamEngine implements Engine {
  readonly name = 'stream';
  readonly #options: EngineOptions;
  readonly #native: Pick<NativeEngine, 'openMedia'>;
  readonly #clock: ReturnType<typeof steadyClock>;
  readonly #members = new Map<number, Member>();
  /** Ends of sessions that are under way. */
  readonly #ending = new Set<Promise<unknown>>();

  /** @param native engine that sends and receives the media */
  constructor(options: EngineOptions, native: Pick<NativeEngine, 'openMedia'>) {
    this.#options = options;
    this.#native = native;
    this.#clock = steadyClock(options.clockOffsetMs ?? PROCESS_CLOCK_OFFSET_MS);
  }

  async join(
    plan: ParticipantPlan,
    { url, token }: Admission,
    scheduledAtMs: number,
  ): Promise<void> {
    const protocol = plan.stream?.protocol;
    if (protocol === undefined) throw new Error(`participant ${plan.index} has no stream`);
    const clock = this.#clock;
    const media = this.#native.openMedia(plan, new URL(url).hostname);
    const participant = new StreamParticipant({
      ...{ plan, clock, engine: this.#options },
      finish: (endedAt) => media.finish(endedAt),
      selectedPair: () => media.selectedPair,
    });
    const { emit } = participant;
    const received = new ReceivedStream(emit, () => participant.joinFrom);
    media.observeReception((event) => received.on(event));
    const connection = new EndpointConnection({
      ...{ protocol, url, token, media, clock, emit, cname: plan.identity },
      onLost: () => received.lost(),
    });
    this.#members.set(plan.index, { participant, connection });
    await participant.join(connection, this.#options.startedAtMs + scheduledAtMs);
  }

  async leave(index: number): Promise<ParticipantLine> {
    const member = this.#members.get(index);
    if (member === undefined) throw new Error(`participant ${index} is not here`);
    this.#members.delete(index);
    const line = await member.participant.leave();
    const { ended } = member.connection;
    this.#ending.add(ended);
    void ended.then(() => this.#ending.delete(ended));
    return line;
  }

  sample(): EngineSample {
    const members = [...this.#members.values()];
    return {
      connected: members.filter(({ participant }) => participant.isConnected).length,
      series: [],
      generator: emptyEngineHealth(),
    };
  }

  async close(): Promise<void> {
    await Promise.all([...this.#members.keys()].map((index) => this.leave(index)));
    await Promise.all(this.#ending);
  }
}
