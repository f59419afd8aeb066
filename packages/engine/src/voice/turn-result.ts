import type { TurnResult } from '@livekit-swarm/record';
import type { Voice } from './voice-part.ts';

/** Turn that has not ended. Times are Unix ms. */
export interface OpenTurn {
  number: number;
  /** Number of the agent that is spoken to, from 1; null: the caller is not transferred. */
  agent: number | null;
  interrupts: boolean;
  /** Utterance of the turn; null while it is sent. */
  spoken: Voice | null;
  /** Voice of the agent since the beginning of the turn, in the order of time. */
  heard: Voice[];
  /** Last voice of the answer that the turn interrupts; null: the agent has not stopped. */
  stoppedAt: number | null;
}

const sum = (values: readonly number[]): number => values.reduce((total, one) => total + one, 0);

/**
 * Greatest difference between the lengths of an utterance and its echo, as a share: the jitter
 * buffer of the agent stretches and shortens it.
 */
const ECHO_TOLERANCE = 0.05;

/**
 * Voice that is the utterance itself, sent back: it begins during the first half of the utterance,
 * and is as long, pauses included. An agent that speaks too early seldom does both.
 */
const echoOf = (spoken: Voice, heard: readonly Voice[]): readonly Voice[] => {
  const spokenMs = spoken.to - spoken.from;
  for (const [first, { from }] of heard.entries()) {
    if (from <= spoken.from || from - spoken.from >= spokenMs / 2) continue;
    const isAsLong = ({ to }: Voice): boolean =>
      Math.abs(to - from - spokenMs) <= ECHO_TOLERANCE * spokenMs;
    const last = heard.findIndex((voice, index) => index >= first && isAsLong(voice));
    if (last >= 0) return heard.slice(first, last + 1);
  }
  return [];
};

/** Voice of the agent itself. */
const withoutEcho = (spoken: Voice, heard: readonly Voice[]): readonly Voice[] => {
  const echo = new Set(echoOf(spoken, heard));
  return heard.filter((voice) => !echo.has(voice));
};

/**
 * Voice of the answer to an utterance: what ended before the utterance did is none, nor is its echo.
 */
export const answerOf = (spoken: Voice, heard: readonly Voice[]): Voice[] =>
  withoutEcho(spoken, heard).filter(({ to }) => to > spoken.to);

/** Measurements of a turn. @param heard voice of the agent, in the order of time */
export const resultOf = (
  { number, agent, interrupts, stoppedAt }: OpenTurn,
  spoken: Voice,
  heard: readonly Voice[],
): TurnResult => {
  const answer = answerOf(spoken, heard);
  const [first, last] = [answer[0], answer.at(-1)];
  const gaps = answer.slice(1).map(({ from }, index) => from - (answer[index]?.to ?? from));
  const [echo] = echoOf(spoken, heard);
  const overlapMs = sum(
    withoutEcho(spoken, heard).map(({ from, to }) =>
      Math.max(0, Math.min(to, spoken.to) - Math.max(from, spoken.from)),
    ),
  );
  // An agent that had stopped when the caller began was not interrupted: its end is reported late.
  const hasInterrupted = interrupts && (stoppedAt === null || stoppedAt > spoken.from);
  return {
    number,
    ...(agent !== null && { agent }),
    spokenMs: spoken.to - spoken.from,
    ...(first !== undefined && first.from >= spoken.to && { responseMs: first.from - spoken.to }),
    ...(first !== undefined &&
      last !== undefined && {
        answerMs: last.to - first.from,
        gaps: gaps.length,
        gapMs: sum(gaps),
      }),
    ...(overlapMs > 0 && { overlapMs }),
    ...(echo !== undefined && { echoMs: echo.from - spoken.from }),
    ...(hasInterrupted && { interrupts: true as const }),
    ...(hasInterrupted && stoppedAt !== null && { bargeInMs: stoppedAt - spoken.from }),
  };
};
