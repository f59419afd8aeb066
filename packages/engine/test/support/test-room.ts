import { setTimeout as sleep } from 'node:timers/promises';
import { type E2eeSecret, makeToken, type Signalling } from '@livekit-swarm/livekit';
import type { EventLine, EventName, ParticipantLine, TrackResult } from '@livekit-swarm/record';
import type { ParticipantPlan, PlannedStep, TrackSourceName } from '@livekit-swarm/scenario';
import { type EngineOptions, type EngineSample, NativeEngine } from '../../src/index.ts';
import { planOf } from './plan.ts';

/** Server that the participants of a test join. */
export interface Target {
  url: string;
  apiKey: string;
  apiSecret: string;
}

export interface TestRoomOptions extends Pick<EngineOptions, 'reconnectPolicy' | 'watchMedia'> {
  target: Target;
  signalling: Signalling | 'auto';
  joinTimeoutMs?: number;
  joinAttempts?: number;
}

export interface Guest extends Partial<Omit<ParticipantPlan, 'index' | 'room'>> {
  /** Track sources that the token allows besides those published at the join. */
  sources?: TrackSourceName[];
  /** Secret of end-to-end encryption; absent: no encryption. */
  secret?: E2eeSecret;
}

/** Engine with participants in one room, and its events. */
export interface TestRoom extends AsyncDisposable {
  readonly room: string;
  readonly events: EventLine[];
  join(...guests: Guest[]): Promise<void>;
  /** Let all participants leave at once. Returns their lines in the order of joining. */
  leave(): Promise<ParticipantLine[]>;
  leaveOne(index: number): Promise<ParticipantLine>;
  act(index: number, step: PlannedStep): void;
  sample(): EngineSample;
  of(event: EventName): EventLine[];
}

let rooms = 0;

export const AUDIO = { kind: 'audio' } as const;
export const SIMULCAST = {
  kind: 'video',
  source: 'camera',
  codec: 'vp8',
  resolution: '720p',
  simulcast: true,
} as const;

export const openTestRoom = ({
  target,
  signalling,
  joinTimeoutMs = 10_000,
  joinAttempts = 1,
  ...more
}: TestRoomOptions): TestRoom => {
  const startedAtMs = Date.now();
  const events: EventLine[] = [];
  const room = `room-${process.pid}-${rooms++}`;
  const engine = new NativeEngine({
    threads: 1,
    startedAtMs,
    joinTimeoutMs,
    joinAttempts,
    signalling,
    ...more,
    onEvent: (event) => events.push(event),
  });
  let size = 0;
  const joinOne = async ({ sources, secret, ...guest }: Guest): Promise<void> => {
    const index = size++;
    const scheduledAt = Date.now() - startedAtMs;
    const plan = planOf({
      index,
      identity: `guest-${index}`,
      room,
      role: (guest.publish?.length ?? 0) > 0 ? 'publisher' : 'subscriber',
      joinAtMs: scheduledAt,
      ...guest,
    });
    const publishes = (what: string): boolean =>
      plan.publish.some((track) =>
        track.kind === 'audio' ? what === 'audio' : track.source === what,
      );
    const token = makeToken({
      ...target,
      room,
      identity: plan.identity,
      publish: {
        audio: publishes('audio'),
        video: publishes('camera'),
        screen: publishes('screen'),
        data: plan.data.length > 0,
      },
      subscribe: plan.subscribe,
      grants: { ...(sources !== undefined && { canPublishSources: sources }), ...plan.grants },
      ttlSeconds: 60,
    });
    const e2ee = secret === undefined ? {} : { e2ee: secret };
    await engine.join(plan, { url: target.url, token, ...e2ee }, scheduledAt);
  };
  return {
    room,
    events,
    join: async (...guests) => {
      await Promise.all(guests.map(joinOne));
    },
    leave: () => Promise.all(Array.from({ length: size }, (_, index) => engine.leave(index))),
    leaveOne: (index) => engine.leave(index),
    act: (index, step) => engine.act(index, step),
    sample: () => engine.sample(),
    of: (name) => events.filter(({ event }) => event === name),
    [Symbol.asyncDispose]: () => engine.close(),
  };
};

export const seconds = (count: number): Promise<void> => sleep(count * 1_000);

/** Wait until a condition holds; fail with its description after `withinSeconds`. */
export const until = async (
  what: string,
  isSo: () => boolean | Promise<boolean>,
  withinSeconds = 15,
): Promise<void> => {
  const deadline = Date.now() + withinSeconds * 1_000;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`not within ${withinSeconds} s: ${what}`);
    await seconds(0.05);
  }
};

export const tracksOf = (
  line: ParticipantLine | undefined,
  wanted: Partial<TrackResult>,
): TrackResult[] =>
  (line?.tracks ?? []).filter((track) =>
    Object.entries(wanted).every(([field, value]) => track[field as keyof TrackResult] === value),
  );
