import { type E2eeSecret, keyMaterial, PROCESS_CLOCK_OFFSET_MS } from '@livekit-swarm/livekit';
import type { ParticipantPlan } from '@livekit-swarm/scenario';
import {
  ANSWER_MS,
  type Client,
  type ClientEvent,
  type ClientHost,
  type ClientJoined,
  type ClientReading,
  SPARE_MS,
} from '../client/client.ts';
import { clientLayout } from '../client/client-layout.ts';
import type { EngineOptions } from '../engine.ts';
import { exchangeOf } from '../exchange/exchange-part.ts';
import type { RtcKey } from './encryption.ts';
import type { RtcJoin } from './protocol.ts';
import { RtcProcess } from './rtc-process.ts';

/**
 * Largest number of participants per process: rtc-node delivers every event to every room of its
 * process, which is too much for one event loop beyond this.
 */
const PER_PROCESS = 20;
/** Number of participants after which a process is replaced, because rtc-node leaks memory. */
const REPLACED_AFTER = 200;

const LEAVE_MS = 2_000;

/** Processes with up to 20 participants each. */
export class RtcHost implements ClientHost {
  readonly #options: EngineOptions;
  readonly #processes = new Set<RtcProcess>();

  constructor(options: EngineOptions) {
    this.#options = options;
  }

  async open(plan: ParticipantPlan, onEvent: (event: ClientEvent) => void): Promise<Client> {
    const process = this.#withRoom();
    await process.add(plan.index, onEvent);
    return this.#client(process, plan);
  }

  close(): Promise<void> {
    for (const process of this.#processes) process.kill();
    return Promise.resolve();
  }

  #withRoom(): RtcProcess {
    for (const process of this.#processes)
      if (process.hosted < PER_PROCESS && process.given < REPLACED_AFTER) return process;
    const process: RtcProcess = new RtcProcess(() => this.#processes.delete(process));
    this.#processes.add(process);
    return process;
  }

  #client(process: RtcProcess, plan: ParticipantPlan): Client {
    const participant = plan.index;
    const { joinTimeoutMs, clockOffsetMs = PROCESS_CLOCK_OFFSET_MS } = this.#options;
    return {
      join: async ({ url, token, e2ee: secret }): Promise<ClientJoined> => {
        const { audio, videos } = clientLayout(plan);
        const e2ee = secret === undefined ? null : rtcKey(secret);
        const join: RtcJoin = {
          ...{ url, token, e2ee },
          layout: { audio, videos },
          publish: plan.publish,
          exchange: exchangeOf(plan),
          conversationClockMs: plan.conversation === undefined ? null : clockOffsetMs,
        };
        try {
          const request = { type: 'join' as const, participant, join };
          return (await process.ask(request, joinTimeoutMs + SPARE_MS)) as ClientJoined;
        } catch (error) {
          return { ok: false, reason: 'client_timeout', message: String(error) };
        }
      },
      changeKey: async (secret) => {
        await process.ask({ type: 'change-key', participant, key: rtcKey(secret) }, ANSWER_MS);
      },
      speak: async (utterance) => {
        await process.ask({ type: 'speak', participant, utterance }, ANSWER_MS);
      },
      read: async (): Promise<ClientReading> =>
        (await process.ask({ type: 'read', participant }, ANSWER_MS)) as ClientReading,
      leave: async () => {
        await process.ask({ type: 'leave', participant }, LEAVE_MS).catch(() => {});
        process.remove(participant);
        if (process.hosted === 0 && process.given >= REPLACED_AFTER) process.kill();
      },
      evidence: () => Promise.resolve({}),
    };
  }
}

const rtcKey = (secret: E2eeSecret): RtcKey => {
  const { bytes, derivation } = keyMaterial(secret);
  const { keyIndex } = secret;
  return { material: Buffer.from(bytes).toString('base64'), derivation, keyIndex };
};
