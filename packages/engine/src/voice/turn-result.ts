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
  /** Delay of an earlier voice that was like its utterance, ms; null: there was none. */
  copiedBeforeMs: number | null;
}

const sum = (values: readonly number[]): number => values.reduce((total, one) => total + one, 0);

/**
 * Greatest difference between the lengths of an utterance and its echo, as a share: the jitter
 * buffer of the agent stretches and shortens it.
 */
const LENGTH_TOLERANCE = 0.05;
/** Greatest difference between the delays of two echoes, ms. */
const DELAY_TOLERANCE_MS = 150;

/**
 * Voice that may be the utterance itself, sent back: it begins during the first half of the
 * utterance, has no part that begins after its end, and is as long.
 */
const copyOf = (spoken: Voice, heard: readonly Voice[]): readonly Voice[] => {
  const spokenMs = spoken.to - spoken.from;
  const during = heard.filter(({ from }) => from > spoken.from && from < spoken.to);
  for (const [first, { from }] of during.entries()) {
    if (from - spoken.from >= spokenMs / 2) break;
    const isAsLong = ({ to }: Voice): boolean =>
      Math.abs(to - from - spokenMs) <= LENGTH_TOLERANCE * spokenMs;
    const last = during.findIndex((voice, index) => index >= first && isAsLong(voice));
    if (last >= 0) return during.slice(first, last + 1);
  }
  return [];
};

/** Delay of voice that may be the utterance, sent back, ms; null: there is none. */
export const copiedAfterMs = (spoken: Voice, heard: readonly Voice[]): number | null => {
  const [first] = copyOf(spoken, heard);
  return first === undefined ? null : first.from - spoken.from;
};

/**
 * Echo of an utterance: two turns have it with the same delay. Once, an agent may have spoken too
 * early, and as long.
 */
const echoOf = (
  { copiedBeforeMs }: Pick<OpenTurn, 'copiedBeforeMs'>,
  spoken: Voice,
  heard: readonly Voice[],
): readonly Voice[] => {
  const copy = copyOf(spoken, heard);
  const delayMs = (copy[0]?.from ?? 0) - spoken.from;
  const isRepeated =
    copiedBeforeMs !== null && Math.abs(delayMs - copiedBeforeMs) <= DELAY_TOLERANCE_MS;
  return isRepeated ? copy : [];
};

/** Echo of an utterance, voice of the agent itself, and the part of it that is the answer. */
const partsOf = (
  turn: Pick<OpenTurn, 'copiedBeforeMs'>,
  spoken: Voice,
  heard: readonly Voice[],
): { echo: readonly Voice[]; own: Voice[]; answer: Voice[] } => {
  const echo = echoOf(turn, spoken, heard);
  const own = heard.filter((voice) => !echo.includes(voice));
  // What ended before the utterance did is not an answer.
  return { echo, own, answer: own.filter(({ to }) => to > spoken.to) };
};

/** Voice of the answer to an utterance. */
export const answerOf = (...turn: Parameters<typeof partsOf>): Voice[] => partsOf(...turn).answer;

/** Measurements of a turn. @param heard voice of the agent, in the order of time */
export const resultOf = (turn: OpenTurn, spoken: Voice, heard: readonly Voice[]): TurnResult => {
  const { number, agent, interrupts, stoppedAt } = turn;
  const { echo, own, answer } = partsOf(turn, spoken, heard);
  const [first, last] = [answer[0], answer.at(-1)];
  const gaps = answer.slice(1).map(({ from }, index) => from - (answer[index]?.to ?? from));
  const overlapMs = sum(
    own.map(({ from, to }) => Math.max(0, Math.min(to, spoken.to) - Math.max(from, spoken.from))),
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
    ...(echo[0] !== undefined && { echoMs: echo[0].from - spoken.from }),
    ...(hasInterrupted && { interrupts: true as const }),
    ...(hasInterrupted && stoppedAt !== null && { bargeInMs: stoppedAt - spoken.from }),
  };
};
