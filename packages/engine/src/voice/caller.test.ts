import type { RemoteAgent } from '@livekit-swarm/livekit';
import type { TurnResult } from '@livekit-swarm/record';
import type { Conversation } from '@livekit-swarm/scenario';
import { expect, test } from 'vitest';
import { fakeClock } from '../../../livekit/test/support/fake-clock.ts';
import { Caller } from './caller.ts';

const SPOKEN_MS = 1_000;

/** Call with an agent, whose voice the test states; the caller's utterances take a second. */
class Call {
  readonly clock = fakeClock();
  readonly turns: TurnResult[] = [];
  readonly others: string[] = [];
  readonly durations = new Map<string, number | undefined>();
  readonly remoteAgents: RemoteAgent[] = [];
  readonly caller: Caller;
  speaks = 0;
  isMute = false;
  isPublished = true;

  constructor(given: Partial<Conversation> = {}) {
    this.caller = new Caller({
      clock: this.clock,
      conversation: {
        opens: 'caller',
        pauseMs: 500,
        answerWithinMs: 5_000,
        answerEndsMs: 800,
        bargeIn: null,
        ...given,
      },
      room: this,
      emit: (event, _, { turn, durationMs, reason = event }) => {
        this.durations.set(event, durationMs);
        if (turn === undefined) this.others.push(reason);
        else this.turns.push(turn);
      },
      speak: () => {
        if (this.isMute) throw new Error('the clip has no voice');
        if (!this.isPublished) return false;
        this.speaks += 1;
        const from = this.clock.now();
        this.clock.after(SPOKEN_MS, () => this.caller.spoken({ from, to: from + SPOKEN_MS }));
        return true;
      },
    });
  }

  begin(): this {
    this.agentJoins();
    this.caller.connected();
    return this;
  }

  agentJoins(agent: Partial<RemoteAgent> = {}): void {
    const identity = `agent-${this.remoteAgents.length + 1}`;
    this.remoteAgents.push({ identity, hasAudio: true, state: null, ...agent });
  }

  /** The agent speaks from `at` for `ms`, ms after the start. */
  agentSpeaks(at: number, ms: number): this {
    const begins = at - this.clock.now();
    this.clock.after(begins, () => this.caller.voiceBegan(at));
    this.clock.after(begins + ms + 200, () => this.caller.voiceEnded({ from: at, to: at + ms }));
    return this;
  }
}

test('a turn has the time from the last voice to the first voice of the answer', () => {
  const call = new Call({ turns: 1 }).begin();
  // Speaks from 500 to 1,500.
  call.agentSpeaks(1_900, 700).clock.advance(10_000);
  expect(call.turns).toEqual([
    { number: 1, spokenMs: SPOKEN_MS, responseMs: 400, answerMs: 700, gaps: 0, gapMs: 0 },
  ]);
  expect(call.others).toEqual(['agent_joined', 'agent_published']);
});

test('an agent is lost after its dispatch, and not while the caller is on hold', () => {
  const call = new Call({ agent: { name: 'desk', by: 'api', afterMs: 8_000 } });
  call.caller.connected();
  call.clock.advance(12_900);
  expect(call.others).toEqual([]);
  call.clock.advance(200);
  expect(call.others).toEqual(['no_agent']);
});

test('the next utterance follows the end of an answer, and silence within it is a gap', () => {
  const call = new Call({ turns: 2 }).begin();
  call.agentSpeaks(2_000, 500).agentSpeaks(3_000, 500).clock.advance(4_299);
  expect(call.speaks).toBe(1);
  call.clock.advance(2);
  expect(call.turns[0]).toMatchObject({ answerMs: 1_500, gaps: 1, gapMs: 500 });
  // The pause is shorter than the silence that ended the answer.
  expect(call.speaks).toBe(2);
});

test('a turn without an answer is reported, and the conversation continues', () => {
  const call = new Call({ turns: 2 }).begin();
  call.clock.advance(20_000);
  expect(call.turns).toEqual([
    { number: 1, spokenMs: SPOKEN_MS },
    { number: 2, spokenMs: SPOKEN_MS },
  ]);
});

test('an agent that speaks before the end of the utterance overlaps it', () => {
  const call = new Call({ turns: 2 }).begin();
  // The caller speaks from 500 to 1,500 and, 800 after the end of the answer, from 3,300 to 4,300.
  call.agentSpeaks(2_000, 500).agentSpeaks(4_100, 1_000).clock.advance(20_000);
  expect(call.turns[1]).toEqual({
    ...{ number: 2, spokenMs: SPOKEN_MS, answerMs: 1_000, gaps: 0, gapMs: 0, overlapMs: 200 },
  });
});

test('a greeting that begins during the first utterance is not an answer, and is reported once', () => {
  const call = new Call({ turns: 2 }).begin();
  // The caller speaks from 500 to 1,500, and again from 3,600: 800 after the greeting.
  call.agentSpeaks(1_300, 1_500).agentSpeaks(5_000, 500).clock.advance(6_400);
  expect(call.turns).toEqual([
    { number: 1, spokenMs: SPOKEN_MS, responseMs: 400, answerMs: 500, gaps: 0, gapMs: 0 },
  ]);
  // An agent that speaks early again does not greet.
  call.agentSpeaks(7_000, 1_000).clock.advance(20_000);
  expect(call.turns[1]).toMatchObject({ number: 2, answerMs: 1_000, overlapMs: 300 });
  expect(call.others).toEqual(['agent_joined', 'agent_published', 'agent_greets']);
});

test('an agent that opens may speak during the first utterance', () => {
  const call = new Call({ opens: 'agent', turns: 1 }).begin();
  // Nothing is heard until 5,000, so that the caller speaks until 6,000.
  call.agentSpeaks(5_500, 1_000).clock.advance(20_000);
  expect(call.turns).toMatchObject([{ number: 1, answerMs: 1_000, overlapMs: 500 }]);
});

test('the voice of the caller that an agent sends back is an echo, and neither an answer nor an overlap', () => {
  const call = new Call({ turns: 2 }).begin();
  // The caller speaks from 500 to 1,500, which is not measured, from 3,600 and from 6,700.
  call.agentSpeaks(750, 1_030).agentSpeaks(2_300, 500);
  call.agentSpeaks(3_850, 980).agentSpeaks(5_400, 500);
  call.agentSpeaks(6_850, 1_000).clock.advance(30_000);
  expect(call.turns).toEqual([
    {
      ...{ number: 1, spokenMs: SPOKEN_MS, responseMs: 800, answerMs: 500, gaps: 0, gapMs: 0 },
      echoMs: 250,
    },
    { number: 2, spokenMs: SPOKEN_MS, echoMs: 150 },
  ]);
  expect(call.others).toEqual(['agent_joined', 'agent_published', 'agent_echoes']);
});

test('an echo may have the pauses of the utterance', () => {
  const call = new Call({ turns: 1 }).begin();
  call.agentSpeaks(700, 300).agentSpeaks(1_250, 440);
  // The caller speaks again from 2,490 to 3,490.
  call.agentSpeaks(2_690, 300).agentSpeaks(3_240, 440).agentSpeaks(4_490, 300);
  call.clock.advance(20_000);
  expect(call.turns).toMatchObject([{ responseMs: 1_000, answerMs: 300, echoMs: 200 }]);
  expect(call.turns[0]).not.toHaveProperty('overlapMs');
});

test('a word during an utterance and the answer after it are not an echo, though together as long', () => {
  const call = new Call({ turns: 2, opens: 'agent', answerWithinMs: 500 }).begin();
  // The caller speaks from 500 to 1,500, and from 2,600 to 3,600.
  call.agentSpeaks(750, 200).agentSpeaks(1_600, 200);
  call.agentSpeaks(2_850, 200).agentSpeaks(3_700, 200).clock.advance(20_000);
  for (const turn of call.turns) expect(turn).toMatchObject({ responseMs: 100, overlapMs: 200 });
});

test.each([
  ['once', 750, 1_000, 4_000, 300],
  ['with other delays', 650, 1_000, 3_060, 1_000],
  ['much longer', 750, 1_300, 3_250, 1_300],
  ['late', 1_100, 1_000, 3_400, 1_000],
])('voice like an utterance that is heard %s is not an echo', (_, first, ms, second, then) => {
  const call = new Call({ turns: 3, opens: 'agent', answerWithinMs: 500 }).begin();
  call.agentSpeaks(first, ms).agentSpeaks(second, then).clock.advance(20_000);
  expect(call.turns.length).toBeGreaterThan(1);
  for (const turn of call.turns) expect(turn).not.toHaveProperty('echoMs');
});

test('a barge-in has the time until the agent stops, and is a turn of its own', () => {
  const call = new Call({ turns: 2, bargeIn: { share: 0.5, afterMs: 1_000 } }).begin();
  // The answer begins at 1,900 and is interrupted at 2,900; it stops at 3,200.
  call.agentSpeaks(1_900, 1_300).agentSpeaks(4_400, 600).clock.advance(20_000);
  expect(call.turns).toEqual([
    { number: 1, spokenMs: SPOKEN_MS, responseMs: 400, answerMs: 1_000, gaps: 0, gapMs: 0 },
    {
      number: 2,
      spokenMs: SPOKEN_MS,
      responseMs: 500,
      answerMs: 600,
      gaps: 0,
      gapMs: 0,
      interrupts: true,
      bargeInMs: 300,
    },
  ]);
});

test('an agent that does not stop when interrupted has no time of barge-in', () => {
  const call = new Call({ turns: 2, bargeIn: { share: 0.5, afterMs: 1_000 } }).begin();
  call.clock.after(1_900, () => call.caller.voiceBegan(1_900));
  call.clock.advance(60_000);
  expect(call.turns[1]).toEqual({ number: 2, spokenMs: SPOKEN_MS, interrupts: true });
});

test('an agent that is never silent is reported, and does not stop the conversation', () => {
  const call = new Call({ turns: 2 }).begin();
  call.clock.after(100, () => call.caller.voiceBegan(100));
  call.clock.advance(120_000);
  expect(call.others).toContain('agent_never_silent');
  expect(call.turns).toHaveLength(2);
});

test('an agent that greets is heard before the first utterance', () => {
  const call = new Call({ opens: 'agent', turns: 1 }).begin();
  call.agentSpeaks(300, 1_000).clock.advance(2_099);
  expect(call.speaks).toBe(0);
  call.clock.advance(1);
  expect(call.speaks).toBe(1);
});

test('an agent that joins in time is counted once, and one that does not is lost', () => {
  const late = new Call();
  late.caller.connected();
  late.clock.advance(6_000);
  expect(late.others).toEqual(['no_agent']);
  late.agentJoins();
  late.caller.roomChanged();
  late.clock.advance(600);
  expect(late.others).toEqual(['no_agent', 'agent_added']);
  expect(late.speaks).toBe(1);
});

test('agents that leave and follow are reported, and so are those of a lost connection', () => {
  const call = new Call({ turns: 1 }).begin();
  const [first] = call.remoteAgents.splice(0);
  call.caller.roomChanged();
  call.agentJoins({ identity: 'agent-2' });
  call.caller.roomChanged();
  expect(call.others.slice(2)).toEqual(['agent_left', 'agent_added']);
  call.caller.lost();
  call.remoteAgents.splice(0, 1, ...(first === undefined ? [] : [first]));
  call.caller.connected();
  expect(call.others.slice(4)).toEqual(['agent_left', 'agent_added']);
});

test('a turn during which the connection was lost is not measured', () => {
  const call = new Call({ turns: 2 }).begin();
  call.clock.advance(1_000);
  call.caller.lost();
  call.clock.advance(3_000);
  call.caller.connected();
  call.agentSpeaks(7_000, 500).clock.advance(20_000);
  expect(call.turns.map(({ number }) => number)).toEqual([2]);
});

test('voice that ends before the utterance does is an overlap, and no answer', () => {
  const call = new Call({ turns: 1 }).begin();
  // Speaks from 500 to 1,500; the end of the first voice is reported at 1,600.
  call.agentSpeaks(600, 800).agentSpeaks(2_600, 500).clock.advance(20_000);
  expect(call.turns).toEqual([
    {
      number: 1,
      spokenMs: SPOKEN_MS,
      responseMs: 1_100,
      answerMs: 500,
      gaps: 0,
      gapMs: 0,
      overlapMs: 800,
    },
  ]);
});

test('an answer with a gap is interrupted, too', () => {
  const call = new Call({ turns: 2, bargeIn: { share: 0.5, afterMs: 1_000 } }).begin();
  call.agentSpeaks(1_900, 300).agentSpeaks(2_600, 1_000).clock.advance(20_000);
  // Interrupted at 2,900.
  expect(call.turns[0]).toMatchObject({ answerMs: 1_000, gaps: 1, gapMs: 400 });
  expect(call.turns[1]).toMatchObject({ interrupts: true, bargeInMs: 700 });
});

test('an agent that stopped right before the caller interrupts has no time of barge-in', () => {
  const call = new Call({ turns: 2, bargeIn: { share: 0.5, afterMs: 1_000 } }).begin();
  // It stops at 2,800, which is reported at 3,000; the caller speaks from 2,900 on.
  call.agentSpeaks(1_900, 900).clock.advance(20_000);
  expect(call.turns[1]).toEqual({ number: 2, spokenMs: SPOKEN_MS });
});

test('an answer after a barge-in that begins during the utterance may be long', () => {
  const call = new Call({ turns: 2, bargeIn: { share: 0.5, afterMs: 1_000 } }).begin();
  // The caller speaks from 2,900 to 3,900.
  call.agentSpeaks(1_900, 1_100).agentSpeaks(3_800, 6_000).clock.advance(30_000);
  expect(call.turns[1]).toMatchObject({ bargeInMs: 100, answerMs: 6_000, overlapMs: 100 });
});

test('a caller whose connection is lost while it waits loses its agent all the same', () => {
  const call = new Call();
  call.caller.connected();
  call.clock.advance(1_000);
  call.caller.lost();
  call.clock.advance(1_000);
  call.caller.connected();
  call.clock.advance(2_999);
  expect(call.others).toEqual([]);
  call.clock.advance(20_000);
  expect(call.others).toEqual(['no_agent']);
});

test('nothing is spoken, and no timer is left, after the end', () => {
  const call = new Call().begin();
  call.caller.lost();
  call.caller.roomChanged();
  call.caller.voiceBegan(100);
  call.caller.voiceEnded({ from: 100, to: 200 });
  expect(call.clock.pending()).toBe(0);
});

test('an agent that speaks on after the last turn is not reported', () => {
  const call = new Call({ turns: 1 }).begin();
  call.agentSpeaks(1_900, 500).clock.advance(4_000);
  call.caller.voiceBegan(4_000);
  call.clock.advance(60_000);
  expect(call.others).toEqual(['agent_joined', 'agent_published']);
});

test('a caller whose recording has no voice is reported once', () => {
  const call = new Call();
  call.isMute = true;
  call.begin().agentSpeaks(2_000, 500).clock.advance(30_000);
  expect(call.others).toEqual(['agent_joined', 'agent_published', 'utterance_rejected']);
  expect(call.turns).toEqual([]);
});

test('a caller that cannot speak for ten seconds is reported once, and speaks when it can', () => {
  const call = new Call({ turns: 1 });
  call.isPublished = false;
  call.begin().clock.advance(10_400);
  expect(call.others).toEqual(['agent_joined', 'agent_published']);
  call.clock.advance(20_000);
  expect(call.others).toEqual(['agent_joined', 'agent_published', 'caller_silent']);
  call.isPublished = true;
  call.clock.advance(20_000);
  expect(call.turns).toMatchObject([{ number: 1, spokenMs: SPOKEN_MS }]);
  expect(call.others).toHaveLength(3);
});

test('an agent is ready when it publishes audio and has initialized, and is measured until then', () => {
  const call = new Call();
  const reached: [string, number | undefined][] = [];
  const agent = { identity: 'agent', hasAudio: false, state: 'initializing' };
  const { clock } = call;
  const caller = new Caller({
    clock,
    conversation: {
      opens: 'agent',
      pauseMs: 500,
      answerWithinMs: 5_000,
      answerEndsMs: 800,
      bargeIn: null,
    },
    room: { remoteAgents: [agent] },
    emit: (event, _, { durationMs }) => reached.push([event, durationMs]),
    speak: () => true,
  });
  caller.connected();
  const change = (ms: number, to: Partial<RemoteAgent>): void => {
    clock.advance(ms);
    Object.assign(agent, to);
    caller.roomChanged();
  };
  change(300, { hasAudio: true });
  change(200, { state: 'listening' });
  change(200, { state: 'speaking' });
  expect(reached).toEqual([
    ['agent_joined', 0],
    ['agent_published', 300],
    ['agent_ready', 500],
  ]);
});

test('an agent that publishes no audio is reported once', () => {
  const call = new Call({ turns: 1 });
  call.agentJoins({ hasAudio: false });
  call.caller.connected();
  call.clock.advance(60_000);
  expect(call.others).toEqual(['agent_joined', 'agent_never_published']);
});

const TRANSFER = { after: 1, to: 'billing' };

test('a caller who is transferred waits for the next agent, and then speaks to it', () => {
  const call = new Call({ turns: 2, transfer: TRANSFER }).begin();
  call.agentSpeaks(2_000, 500);
  // The first agent has left meanwhile.
  call.clock.after(6_000, () => {
    call.remoteAgents.length = 0;
    call.agentJoins({ identity: 'next' });
    call.caller.roomChanged();
  });
  call.clock.advance(6_000);
  expect(call.speaks).toBe(1);
  call.agentSpeaks(8_000, 500).clock.advance(10_000);
  expect(call.others).toEqual([
    ...['agent_joined', 'agent_published', 'agent_left', 'agent_added'],
    'agent_transferred',
  ]);
  expect(call.durations.get('agent_transferred')).toBe(3_500);
  expect(call.turns).toMatchObject([
    { number: 1, agent: 1, responseMs: 500 },
    // Speaks 500 ms after the next agent is there, from 6,500 to 7,500.
    { number: 2, agent: 2, responseMs: 500 },
  ]);
});

test('the next agent may come before the end of the last answer is noticed', () => {
  const call = new Call({ turns: 2, transfer: TRANSFER }).begin();
  call.agentSpeaks(2_000, 500);
  call.clock.after(2_900, () => {
    call.agentJoins({ identity: 'next' });
    call.caller.roomChanged();
  });
  call.clock.advance(20_000);
  expect(call.others).toEqual([
    ...['agent_joined', 'agent_published', 'agent_added'],
    'agent_transferred',
  ]);
  expect(call.durations.get('agent_transferred')).toBe(400);
  expect(call.turns).toMatchObject([{ agent: 1 }, { agent: 2 }]);
});

test('a transfer that no agent takes over is lost, and ends the conversation', () => {
  const call = new Call({ transfer: TRANSFER }).begin();
  call.agentSpeaks(2_000, 500).clock.advance(60_000);
  expect(call.others).toEqual(['agent_joined', 'agent_published', 'no_next_agent']);
  expect(call.speaks).toBe(1);
});

test('the last answer before a transfer is not interrupted', () => {
  const bargeIn = { share: 1, afterMs: 100 };
  const call = new Call({ bargeIn, transfer: TRANSFER }).begin();
  call.agentSpeaks(2_000, 2_000).clock.advance(30_000);
  expect(call.turns).toHaveLength(1);
});

test('two agents that are there before the first answer are not a transfer', () => {
  const call = new Call({ turns: 1, transfer: TRANSFER }).begin();
  call.agentJoins();
  call.caller.roomChanged();
  call.agentSpeaks(2_000, 500).clock.advance(3_000);
  call.caller.roomChanged();
  expect(call.others).toEqual(['agent_joined', 'agent_published', 'agent_added']);
});

test('a wait that a loss of the connection interrupts is not measured', () => {
  const call = new Call({ turns: 2, transfer: TRANSFER }).begin();
  call.agentSpeaks(2_000, 500).clock.advance(4_000);
  call.caller.lost();
  call.clock.advance(1_000);
  call.caller.connected();
  call.agentSpeaks(7_000, 500).clock.advance(20_000);
  expect(call.others).toEqual(['agent_joined', 'agent_published']);
  expect(call.turns).toMatchObject([{ agent: 1 }, { agent: 2 }]);
});

test('several agents in a room are reported once', () => {
  const call = new Call({ turns: 1 }).begin();
  call.agentJoins();
  call.caller.roomChanged();
  call.caller.roomChanged();
  expect(call.others).toEqual(['agent_joined', 'agent_published', 'agent_added', 'several_agents']);
});

test('an agent that speaks all the time is reported once, however often it is waited for', () => {
  const call = new Call({ turns: 3 }).begin();
  call.clock.after(100, () => call.caller.voiceBegan(100));
  call.clock.advance(240_000);
  expect(call.others.filter((one) => one === 'agent_never_silent')).toHaveLength(1);
});
