import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type E2eeSecret, makeToken } from '@livekit-swarm/livekit';
import type { EventLine, ParticipantLine } from '@livekit-swarm/record';
import type { ParticipantPlan, PlannedStep } from '@livekit-swarm/scenario';
import { BrowserHost } from '../../src/browser/browser-host.ts';
import type { Client, ClientHost, ClientReading } from '../../src/client/client.ts';
import { ClientEngine } from '../../src/client/client-engine.ts';
import type { EngineOptions, EngineSample } from '../../src/index.ts';
import { RtcHost } from '../../src/rtc/rtc-host.ts';
import { planOf } from './plan.ts';
import type { Target } from './test-room.ts';

/** Room with one real client, whose raw statistics a test can read. */
export interface ClientRoom extends AsyncDisposable {
  readonly dir: string;
  readonly events: EventLine[];
  readonly token: string;
  /** Last statistics that the client reported. */
  raw(): ClientReading | null;
  sample(): EngineSample;
  act(step: PlannedStep): boolean;
  leave(): Promise<ParticipantLine>;
}

export const openClientRoom = async (
  engine: 'browser' | 'rtc',
  target: Target,
  room: string,
  plan: Partial<ParticipantPlan> = {},
  secret: E2eeSecret | null = null,
): Promise<ClientRoom> => {
  const dir = await mkdtemp(join(tmpdir(), 'swarm-client-test-'));
  const events: EventLine[] = [];
  let raw: ClientReading | null = null;
  const options: EngineOptions = {
    threads: 1,
    startedAtMs: Date.now(),
    joinTimeoutMs: 15_000,
    joinAttempts: 1,
    signalling: 'v1',
    dir,
    onEvent: (event) => events.push(event),
  };
  const inner: ClientHost =
    engine === 'rtc' ? new RtcHost(options) : new BrowserHost(engine, options);
  const listening: ClientHost = {
    open: async (of, onEvent): Promise<Client> => {
      const client = await inner.open(of, onEvent);
      return {
        join: (admission) => client.join(admission),
        read: async () => {
          raw = await client.read();
          return raw;
        },
        changeKey: async (key) => await client.changeKey?.(key),
        speak: (utterance) => client.speak(utterance),
        leave: () => client.leave(),
        evidence: () => client.evidence(),
      };
    },
    close: () => inner.close(),
  };
  const clients = new ClientEngine(engine, options, listening);
  const identity = `${engine}-1`;
  const publish = plan.publish ?? [];
  const token = makeToken({
    ...target,
    room,
    identity,
    publish: {
      audio: publish.some(({ kind }) => kind === 'audio'),
      video: publish.some(({ kind }) => kind === 'video'),
      data: false,
    },
    subscribe: true,
    ttlSeconds: 600,
  });
  const e2ee = secret === null ? null : { secret: 'throw-away' as const, keyIndex: 0, ratchet: 0 };
  await clients.join(planOf({ identity, room, group: 'witness', role: engine, e2ee, ...plan }), {
    url: target.url,
    token,
    ...(secret !== null && { e2ee: secret }),
  });
  return {
    dir,
    events,
    token,
    raw: () => raw,
    sample: () => clients.sample(),
    act: (step) => clients.act(0, step),
    leave: () => clients.leave(0),
    [Symbol.asyncDispose]: async () => {
      await clients.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
};
