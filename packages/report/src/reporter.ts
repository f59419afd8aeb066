export interface ReportOptions {
  /** ANSI colours, for a terminal. Default: none. */
  color?: boolean;
  /** Makes a link of a path, for terminals that have links. Default: the path alone. */
  link?: (path: string) => string;
  /** True when known failures fail a drill. Default: false. */
  strict?: boolean;
}

/** Rendered report: whole, or in pieces when it may be long. */
export type Rendered = string | AsyncIterable<string>;

/** A format of the results of a command: of all its runs or drills, or of its one result. */
export interface Reporter<Input> {
  /** Output and audience of the reporter, for `--help`. */
  readonly about: string;
  /** The name of its file when none is given. */
  readonly fileName: string;
  /**
   * True when one document holds all runs or drills; otherwise each gets its own. Absent where the
   * input is one result.
   */
  readonly several?: boolean;
  /**
   * Renders at least one run or drill, exactly one unless `several`.
   * @returns null when there is nothing to show of it
   * @throws Error when it cannot be rendered: other reporters must not be affected
   */
  render(input: Input, options?: ReportOptions): Rendered | null;
}

/** Pieces of a rendered report; one when it is whole. */
export async function* piecesOf(rendered: Rendered): AsyncGenerator<string> {
  if (typeof rendered === 'string') yield rendered;
  else yield* rendered;
}

/** Whole text of a rendered report. */
export const wholeOf = async (rendered: Rendered): Promise<string> => {
  let text = '';
  for await (const piece of piecesOf(rendered)) text += piece;
  return text;
};
