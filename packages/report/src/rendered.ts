import type { Rendered } from './reporter.ts';

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
