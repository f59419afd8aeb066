import { piecesOf, type Rendered } from '@livekit-swarm/report';
import { isReaderGone, type OutputStream, tryWrite } from '../console.ts';

/** Writes a report to a stream. @throws Error of the stream */
export const pour = async (stream: OutputStream, rendered: Rendered): Promise<void> => {
  for await (const piece of piecesOf(rendered)) {
    const error = await tryWrite(stream, piece);
    if (error === null) continue;
    // The rest need not be rendered.
    if (isReaderGone(error)) return;
    throw error;
  }
};
