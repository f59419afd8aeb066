import type { RecordLine, ServerAfterLine, ServerLine } from '@livekit-swarm/record';

/** Measurements of a node in one second. */
export type NodeFigures = Partial<Omit<ServerLine, 'type' | 'at' | 'node' | 'intervalMs'>>;

/** Record line of a node. */
export const serverLineOf = (
  at: number,
  node: string,
  { sources = ['metrics'], ...figures }: NodeFigures,
): ServerLine => ({ type: 'server', at, node, intervalMs: 1_000, sources, ...figures });

/**
 * Adds nodes of the deployment to an invented record: a line of each node after every second of the
 * load generator.
 * @param of figures of the nodes at a time, ms after the start
 */
export const withServer = (
  lines: readonly RecordLine[],
  of: (at: number) => Record<string, NodeFigures>,
  after?: Omit<ServerAfterLine, 'type' | 'at'>,
): RecordLine[] => {
  const seconds = new Set<number>();
  return lines.flatMap((line): RecordLine[] => {
    if (line.type === 'end' && after !== undefined)
      return [{ type: 'server_after', at: line.at, ...after }, line];
    if (line.type !== 'sample') return [line];
    const at = Math.round(line.at / 1_000) * 1_000;
    if (at <= 0 || seconds.has(at)) return [line];
    seconds.add(at);
    const nodes = Object.entries(of(at)).map(([node, figures]) => serverLineOf(at, node, figures));
    return [line, ...nodes];
  });
};
