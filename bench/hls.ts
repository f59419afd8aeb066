/**
 * `node bench/hls.ts [--listeners 500] [--seconds 40] [--core 0]`: CPU time of an audience of
 * `swarm hls` on one core, of a live stream of ffmpeg (2 s, 64 kbit/s) behind nginx. A tenth as many
 * listeners run first: the difference is without the start of the program. The table of docs/hls.md.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startHlsOrigin } from '@livekit-swarm/testkit/hls-origin';
import { execa } from 'execa';

const { values } = parseArgs({
  options: {
    listeners: { type: 'string', default: '500' },
    seconds: { type: 'string', default: '40' },
    core: { type: 'string', default: '0' },
  },
});
const listeners = Number(values.listeners);
const seconds = Number(values.seconds);
const RAMP_S = 5;
const MAIN = fileURLToPath(new URL('../packages/cli/src/main.ts', import.meta.url));

interface Result {
  verdict: string;
  counts: { listeners: number; started: number; segments: number; bytes: number };
  findings: unknown[];
  metrics: Record<string, number>;
  generator: { cpuSeconds: number; loopDelayP99Ms: number };
}

const measure = async (url: string, count: number): Promise<Result> => {
  const { stdout } = await execa(
    'taskset',
    [
      ...['-c', values.core, process.execPath, MAIN, 'hls', url, '--json', '--quiet'],
      ...['--listeners', String(count), '--duration', `${seconds}s`, '--ramp', `${RAMP_S}s`],
    ],
    { reject: false, stderr: 'inherit' },
  );
  return JSON.parse(stdout) as Result;
};

const folder = mkdtempSync(join(tmpdir(), 'swarm-hls-'));
try {
  await using origin = await startHlsOrigin(folder);
  const counts = [Math.max(1, Math.round(listeners / 10)), listeners];
  const results: Result[] = [];
  for (const count of counts) {
    const result = await measure(origin.url('/live.m3u8'), count);
    results.push(result);
    const { verdict, counts: done, findings, generator, metrics } = result;
    console.log(
      `${count} listeners for ${seconds} s: ${verdict}, ${done.started} started, ${done.segments} segments, ${findings.length} findings; ${generator.cpuSeconds.toFixed(2)} CPU-s (${((100 * generator.cpuSeconds) / seconds).toFixed(1)} % of a core), timers ${generator.loopDelayP99Ms.toFixed(1)} ms late (p99), segment p95 ${metrics['hls_segment_time.p95']?.toFixed(1)} ms`,
    );
  }
  const [few, many] = results;
  if (few !== undefined && many !== undefined) {
    // Listeners begin evenly over the ramp: on average they listen for its second half.
    const listened = (seconds - RAMP_S / 2) * (many.counts.listeners - few.counts.listeners);
    const each = (many.generator.cpuSeconds - few.generator.cpuSeconds) / listened;
    console.log(
      `${(1e3 * each).toFixed(3)} CPU-ms a listener and second: ${Math.floor(0.7 / each)} listeners at 70 % of a core`,
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
