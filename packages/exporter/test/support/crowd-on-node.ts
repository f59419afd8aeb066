/** A crowd whose rooms are all on one node of a cluster, what its exporter shows in the end, and what its record says. */
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import type { Cluster } from '@livekit-swarm/lab';
import { Sketch } from '@livekit-swarm/metrics';
import type { RecordLine, SeriesSample } from '@livekit-swarm/record';
import { runSmallCrowd, type SmallCrowd } from '@livekit-swarm/testkit/small-load';
import { startRunExporter } from '../../src/run-exporter.ts';
import { parseExposition, type Series } from './exposition.ts';
import { putRooms } from './put-rooms.ts';

export interface CrowdOnNode {
  /** As `swarm --metrics` serves it when the run is over. */
  shown: Series[];
  lines: RecordLine[];
}

/** @param nodeId as the node calls itself */
export const crowdOnNode = async (
  cluster: Cluster,
  nodeId: string,
  { name, load, dir }: Pick<SmallCrowd, 'name' | 'load' | 'dir'>,
): Promise<CrowdOnNode> => {
  await putRooms(cluster, [nodeId], { name, load });
  const { url, apiKey, apiSecret } = cluster;
  const exporter = await startRunExporter({
    listen: { host: '127.0.0.1', port: 0 },
    token: null,
    version: 'test',
    log: () => {},
  });
  try {
    const lines: RecordLine[] = [];
    const show = exporter.begin();
    await runSmallCrowd({
      ...{ name, load, url, apiKey, apiSecret },
      dir: await mkdtemp(join(dir, 'crowd-')),
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

/** The nodes that let its people in. */
export const nodesOf = ({ lines }: CrowdOnNode): Set<string | undefined> =>
  new Set(
    lines.flatMap((line) => (line.type === 'event' && line.event === 'joined' ? [line.node] : [])),
  );

type Counted = 'packets' | 'lost' | 'lostBeforeRecovery' | 'recovered' | 'nacksSent';

const samplesOf = (
  { lines }: CrowdOnNode,
  direction: 'up' | 'down',
  kind: string,
): SeriesSample[] =>
  lines
    .flatMap((line) => (line.type === 'sample' ? line.series : []))
    .filter(({ labels }) => labels.direction === direction && labels.kind === kind);

/** Of what came down. */
export const recorded = (crowd: CrowdOnNode, kind: string, field: Counted): number =>
  samplesOf(crowd, 'down', kind).reduce((sum, series) => sum + series[field], 0);

/** Milliseconds. */
export const recordedJitter = (
  crowd: CrowdOnNode,
  direction: 'up' | 'down',
  kind: string,
): Sketch => {
  const sketch = new Sketch();
  for (const { jitter } of samplesOf(crowd, direction, kind)) sketch.addBins(jitter);
  return sketch;
};
