/**
 * Tests a drill on a busy host: other programs that leave cores to the lab when it wants them change
 * nothing.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import type { RecordLine, SampleLine } from '@livekit-swarm/record';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { expect, it } from 'vitest';
import { carryOut, onlyRepeat, smallDrill } from './support/library-drill.ts';

await skipWithout('redis', 'haproxy');

/** Starts a program on each core that never sleeps, and runs only while nothing else wants to. */
const keepBusy = (): AsyncDisposable => {
  const programs = Array.from(
    { length: availableParallelism() },
    (): ChildProcess =>
      spawn('chrt', ['--idle', '0', 'sh', '-c', 'while :; do :; done'], { stdio: 'ignore' }),
  );
  return {
    [Symbol.asyncDispose]: async () => {
      for (const program of programs) {
        const ended = once(program, 'exit');
        program.kill('SIGKILL');
        await ended;
      }
    },
  };
};

const samplesOf = (lines: readonly RecordLine[]): SampleLine[] =>
  lines.flatMap((line) => (line.type === 'sample' ? [line] : []));

const shareAbove = (values: readonly number[], limit: number): number =>
  values.filter((value) => value > limit).length / values.length;

const busyShareOf = (lines: readonly RecordLine[]): number =>
  shareAbove(
    samplesOf(lines).flatMap(({ generator }) => generator.hostCpuShare ?? []),
    0.98,
  );

/** Longest waits of threads of a node, ms per sample. */
const waitsOf = (node: string, lines: readonly RecordLine[]): number[] =>
  samplesOf(lines).flatMap(
    ({ generator }) => generator.componentScheduling?.[node]?.longestWaitMs ?? [],
  );

it('on a busy host whose programs leave it the cores, a drill passes', async () => {
  await using _others = keepBusy();
  const drill = await smallDrill('kill-room-node-fast-relay', { recoveryMs: 13_000 });
  const lines: RecordLine[] = [];
  const { verdict, reasons } = onlyRepeat(await carryOut(drill, (line) => lines.push(line)));
  expect({ verdict, reasons }).toEqual({ verdict: 'passed', reasons: [] });
  expect(busyShareOf(lines)).toBeGreaterThan(0.5);
  expect(waitsOf('node-1', lines).length).toBeGreaterThan(5);
}, 180_000);
