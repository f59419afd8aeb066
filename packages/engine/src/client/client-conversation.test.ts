import type { EventLine } from '@livekit-swarm/record';
import { expect, test } from 'vitest';
import { fakeClock } from '../../../livekit/test/support/fake-clock.ts';
import type { Client } from './client.ts';
import { ClientConversation } from './client-conversation.ts';

const SPOKEN_MS = 1_000;

/** Call of a client whose agent answers each utterance after 400 ms, for 500 ms. */
class Call {
  readonly clock = fakeClock();
  readonly emitted: [string, Partial<EventLine>][] = [];
  readonly conversation: ClientConversation;
  speaks = 0;
  answers = true;

  constructor() {
    this.conversation = new ClientConversation({
      clock: this.clock,
      conversation: {
        ...{ opens: 'caller', pauseMs: 500, answerWithinMs: 5_000, answerEndsMs: 800 },
        ...{ bargeIn: null, turns: 2 },
      },
      emit: (event, _, details) => this.emitted.push([event, details]),
    });
  }

  readonly client: Pick<Client, 'speak'> = {
    speak: () => {
      this.speaks += 1;
      if (!this.answers) return Promise.reject(new Error('no answer'));
      const { clock, conversation } = this;
      const from = clock.now();
      const to = from + SPOKEN_MS;
      clock.after(SPOKEN_MS, () => conversation.take({ type: 'spoken', voice: { from, to } }));
      const voice = { from: to + 400, to: to + 900 };
      clock.after(SPOKEN_MS + 400, () =>
        conversation.take({ type: 'voice_began', track: 'TR_1', at: voice.from }),
      );
      clock.after(SPOKEN_MS + 1_100, () =>
        conversation.take({ type: 'voice_ended', track: 'TR_1', voice }),
      );
      return Promise.resolve();
    },
  };

  begin(): this {
    const attributes = { 'lk.agent.state': 'listening' };
    const agents = [{ identity: 'agent', hasAudio: true, attributes }];
    this.conversation.take({ type: 'agents', agents });
    this.conversation.connected(this.client as Client);
    return this;
  }

  get turns(): (number | undefined)[] {
    return this.emitted.flatMap(([event, { turn }]) =>
      event === 'turn' ? [turn?.responseMs] : [],
    );
  }
}

test('a client has the turns and the phases of every caller', () => {
  const call = new Call().begin();
  call.clock.advance(20_000);
  call.conversation.report(0);
  expect(call.emitted.map(([event]) => event)).toEqual([
    ...['agent_joined', 'agent_published', 'agent_ready', 'turn', 'turn'],
  ]);
  expect(call.turns).toEqual([400, 400]);
});

test('a turn is reported when it is known that the client was not starved', () => {
  const call = new Call().begin();
  call.clock.advance(4_000);
  expect(call.turns).toEqual([]);
  // The first utterance ended at 1,500; starvation until 1,000 lies in its turn.
  call.conversation.report(1_000);
  expect(call.turns).toEqual([]);
  call.clock.advance(20_000);
  call.conversation.report(1_000);
  expect(call.turns).toEqual([400]);
});

test('a client that does not answer speaks again, and its turn is not measured', async () => {
  const call = new Call().begin();
  call.answers = false;
  call.clock.advance(600);
  await Promise.resolve();
  call.answers = true;
  await Promise.resolve();
  call.clock.advance(20_000);
  call.conversation.report(0);
  expect(call.speaks).toBeGreaterThan(1);
  expect(call.turns.length).toBeGreaterThan(0);
  expect(call.turns.every((ms) => ms === 400)).toBe(true);
});

test('a client that does not play speaks again', () => {
  const call = new Call();
  call.client.speak = () => {
    call.speaks += 1;
    return new Promise(() => {});
  };
  call.begin().clock.advance(25_000);
  expect(call.speaks).toBe(2);
  call.conversation.lost();
  expect(call.clock.pending()).toBe(0);
});

test('a client without audio speaks nothing and is reported, and its agent is seen all the same', () => {
  const call = new Call();
  call.conversation.connected(null);
  const agents = [{ identity: 'agent', hasAudio: true, attributes: {} }];
  call.conversation.take({ type: 'agents', agents });
  call.clock.advance(20_000);
  expect(call.speaks).toBe(0);
  expect(call.emitted.map(([event, { reason = event }]) => reason)).toEqual([
    'agent_joined',
    'agent_published',
    'caller_silent',
  ]);
});

test('a client without audio stays silent when its connection recovers', () => {
  const call = new Call();
  call.conversation.connected(null);
  call.conversation.lost();
  call.conversation.recovered();
  const agents = [{ identity: 'agent', hasAudio: true, attributes: {} }];
  call.conversation.take({ type: 'agents', agents });
  call.clock.advance(20_000);
  expect(call.speaks).toBe(0);
});

test('a client speaks again when its connection recovers', () => {
  const call = new Call().begin();
  call.conversation.lost();
  call.clock.advance(2_000);
  expect(call.speaks).toBe(0);
  call.conversation.recovered();
  call.clock.advance(2_000);
  expect(call.speaks).toBe(1);
});

test('a request from before a reconnect that fails later does not end the next turn', async () => {
  const call = new Call();
  const early = Promise.withResolvers<void>();
  const { speak } = call.client;
  call.client.speak = (utterance) => {
    call.client.speak = speak;
    call.speaks += 1;
    expect(utterance).toBe(0);
    return early.promise;
  };
  call.begin().clock.advance(600);
  call.conversation.lost();
  call.conversation.recovered();
  call.clock.advance(600);
  expect(call.speaks).toBe(2);
  early.reject(new Error('no answer'));
  await early.promise.catch(() => {});
  call.clock.advance(5_000);
  call.conversation.report(0);
  expect(call.turns[0]).toBe(400);
});
