import { Sketch } from '@livekit-swarm/metrics';
import type { RecordLine, SampleLine } from '@livekit-swarm/record';
import { type LoadSpec, specOf } from '@livekit-swarm/testkit/load-spec';
import { altered, recordOf } from '@livekit-swarm/testkit/record-of';
import type { RecordedRun, Side } from '../../src/compare/comparability.ts';
import { createSummary } from '../../src/summary/summarize.ts';
import { resolveThresholds } from '../../src/verdict/default-thresholds.ts';
import { decideVerdict } from '../../src/verdict/verdict.ts';

const spec = specOf({ rooms: 10, durationMs: 20_000 });

export const runOf = (name: string, lines: RecordLine[]): RecordedRun => {
  const fold = createSummary();
  for (const line of lines) fold.add(line);
  const summary = fold.result();
  const decision = decideVerdict(summary, resolveThresholds(summary.scenario));
  return { name, summary, decision, readLines: () => lines };
};

/** Healthy run in which all joins took `slower` times as long, and whose jitter was `jitter` ms. */
export const lines = (slower = 1, jitter?: number, load: LoadSpec = spec): RecordLine[] =>
  altered(recordOf(load, 2), (line) => {
    if (line.type === 'event' && line.phases !== undefined) {
      const { started, signal = 0, ice = 0, joined } = line.phases;
      return {
        ...line,
        phases: { started, signal: signal * slower, ice: ice * slower, joined: joined * slower },
      };
    }
    return line.type === 'sample' && jitter !== undefined ? withJitter(line, jitter) : line;
  });

const withJitter = (line: SampleLine, jitter: number): SampleLine => {
  const sketch = new Sketch();
  sketch.add(jitter, 40);
  return { ...line, series: line.series.map((series) => ({ ...series, jitter: sketch.toBins() })) };
};

export const side = (name: string, ...records: RecordLine[][]): Side => ({
  name,
  runs: records.map((record, index) => runOf(`${name}/${index + 1}`, record)),
});
