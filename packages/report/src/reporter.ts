import type { Outcome } from './report-input.ts';

export interface ReportOptions {
  /** ANSI colours, for a terminal. Default: none. */
  color?: boolean;
}

/** Whole, or piece by piece when it may be long. */
export type Rendered = string | AsyncIterable<string>;

/** One way to show runs. */
export interface Reporter {
  /** Its output and audience, for `--help`. */
  readonly about: string;
  /** The name of its file when none is given. */
  readonly fileName: string;
  /** Whether one document holds several runs; otherwise each run gets its own. */
  readonly several: boolean;
  /**
   * At least one outcome; exactly one unless `several`.
   * @returns null when there is nothing to show of it
   * @throws Error when it cannot be rendered: other reporters must not be affected
   */
  render(outcomes: readonly Outcome[], options?: ReportOptions): Rendered | null;
}

/** Piece by piece, however it was rendered. */
export async function* piecesOf(rendered: Rendered): AsyncGenerator<string> {
  if (typeof rendered === 'string') yield rendered;
  else yield* rendered;
}

/** All of it at once. */
export const wholeOf = async (rendered: Rendered): Promise<string> => {
  let text = '';
  for await (const piece of piecesOf(rendered)) text += piece;
  return text;
};
