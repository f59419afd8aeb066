import { expect, test } from 'vitest';
import { fakeClock } from '../../../livekit/test/support/fake-clock.ts';
import { ReferenceAgent } from './reference-agent.ts';

const FRAME_MS = 20;

/** Agent whose track sends frames at 7, 27, 47 … ms, all of them with voice while it speaks. */
const agentOf = ({ lengthMs = 1_000, lateBy = 0 } = {}) => {
  const clock = fakeClock();
  const start = clock.now();
  const frameAfter = (at: number): number =>
    Math.ceil((at - start - 7 + 1) / FRAME_MS) * FRAME_MS + 7 + start;
  const events: [string, number, number | undefined][] = [];
  let speaksFrom = 0;
  let end = (): void => {};
  const agent = new ReferenceAgent({
    clock: {
      now: clock.now,
      // Timers of a busy host.
      after: (ms, action) => clock.after(ms + lateBy, action),
    },
    answers: { afterMs: 800, lengthMs, stopsAfterMs: 300 },
    emit: (event, at, { durationMs }) => events.push([event, at - start, durationMs]),
    speak: () => {
      speaksFrom = frameAfter(clock.now());
      const to = speaksFrom + lengthMs - FRAME_MS;
      end = clock.after(to - clock.now(), () => agent.spoken({ from: speaksFrom, to }));
      return true;
    },
    stop: () => {
      end();
      agent.spoken({ from: speaksFrom, to: frameAfter(clock.now()) - FRAME_MS });
    },
  });
  /** A caller is heard, ms after the start. */
  const hear = (from: number, to: number): void => {
    clock.after(start + from - clock.now(), () => agent.voiceBegan(start + from));
    clock.after(start + to + 200 - clock.now(), () =>
      agent.voiceEnded({ from: start + from, to: start + to }),
    );
  };
  return { clock, events, hear };
};

test('an answer begins with the frame nearest to its time, and its own time is reported', () => {
  const { clock, events, hear } = agentOf();
  hear(0, 1_000);
  clock.advance(5_000);
  expect(events).toEqual([['agent_answered', 1_807, 807]]);
});

test('a timer that is late by less than half a frame delays no answer but the first', () => {
  const { clock, events, hear } = agentOf({ lateBy: 9 });
  for (const [turn, from] of [0, 5_000, 10_000].entries()) hear(from, from + 1_000 + 3 * turn);
  clock.advance(20_000);
  expect(events.slice(1)).toEqual([
    ['agent_answered', 6_807, 804],
    ['agent_answered', 11_807, 801],
  ]);
});

test('an answer that is interrupted has its last voice at its time', () => {
  const { clock, events, hear } = agentOf({ lengthMs: 10_000 });
  hear(0, 1_000);
  hear(3_000, 4_000);
  clock.advance(4_000);
  expect(events).toEqual([
    ['agent_answered', 1_807, 807],
    ['agent_stopped', 3_307, 307],
  ]);
});
