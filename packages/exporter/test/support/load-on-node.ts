/** Runs a load whose rooms are all on one node of a cluster; returns its metrics and its record. */
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import type { Cluster } from '@livekit-swarm/lab';
import { Sketch } from '@livekit-swarm/metrics';
import type { RecordLine, SeriesSample } from '@livekit-swarm/record';
import { createRooms } from '@livekit-swarm/testkit/create-rooms';
import { parseExposition, type Series } from '@livekit-swarm/testkit/exposition';
import { runSmallLoad, type SmallLoad } from '@livekit-swarm/testkit/small-load';
import { startRunExporter } from '../../src/run-exporter.ts';

export interface LoadOnNode {
  /** Metrics that `swarm run --metrics` serves at the end of the run. */
  shown: Series[];
  lines: RecordLine[];
}

/**
 * Run a load with all rooms on one node.
 * @param nodeId id of the node
 */
export const runLoadOnNode = async (
  cluster: Cluster,
  nodeId: string,
  { name, load, dir }: Pick<SmallLoad, 'name' | 'load' | 'dir'>,
): Promise<LoadOnNode> => {
  await createRooms(cluster, [nodeId], { name, load });
  const { url, apiKey, apiSecret } = cluster;
  const exporter = await startRunExporter({
    listen: [{ host: '127.0.0.1', port: 0 }],
    token: null,
    version: 'test',
    log: () => {},
  });
  try {
    const lines: RecordLine[] = [];
    const show = exporter.begin();
    await runSmallLoad({
      ...{ name, load, url, apiKey, apiSecret },
      dir: await mkdtemp(join(dir, 'load-')),
      stop: new AbortController().signal,
      onLine: (line) => {
        lines.push(line);
        show(line);
      },
    });
    return { shown: parseExposition(await (await fetch(exporter.url)).text()), lines };
  } finally {
    await exporter.close();
  }
};

/** Nodes that participants of the load joined. */
export const nodesOf = ({ lines }: LoadOnNode): Set<string | undefined> =>
  new Set(
    lines.flatMap((line) => (line.type === 'event' && line.event === 'joined' ? [line.node] : [])),
  );

type Counted = 'packets' | 'lost' | 'lostBeforeRecovery' | 'recovered' | 'nacksSent';

const samplesOf = ({ lines }: LoadOnNode, direction: 'up' | 'down', kind: string): SeriesSample[] =>
  lines
    .flatMap((line) => (line.type === 'sample' ? line.series : []))
    .filter(({ labels }) => labels.direction === direction && labels.kind === kind);

/** Total of a downlink counter in the record. */
export const recorded = (run: LoadOnNode, kind: string, field: Counted): number =>
  samplesOf(run, 'down', kind).reduce((sum, series) => sum + series[field], 0);

/** Jitter of a direction and kind in the record, ms. */
export const recordedJitter = (run: LoadOnNode, direction: 'up' | 'down', kind: string): Sketch => {
  const sketch = new Sketch();
  for (const { jitter } of samplesOf(run, direction, kind)) sketch.addBins(jitter);
  return sketch;
};
