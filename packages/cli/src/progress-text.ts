import { formatBytes, formatMs, formatShare, type Style } from '@livekit-swarm/report';
import type { Progress } from '@livekit-swarm/runner';
import { formatNumber } from '@livekit-swarm/settings';

const BAR_CELLS = 24;

/** One line for a log: `12s/31s joining 38/40, failed 0 · up 2,000/s …`. */
export const progressLine = (progress: Progress): string => {
  const { packetsPerSecond: rate, generator } = progress;
  return [
    `${time(progress)} ${phaseText(progress)} ${joined(progress)}, ${progress.failed} failed`,
    `packets up ${perSecond(rate.up)} down ${perSecond(rate.down)}`,
    `loss ${formatShare(progress.loss)} jitter p95 ${formatMs(progress.jitterP95Ms)} latency p95 ${formatMs(progress.latencyP95Ms)}`,
    `generator ${generatorText(progress)}${processesText(generator) === '' ? '' : `, ${processesText(generator)}`}`,
  ].join(' | ');
};

/** The same as a block of lines for a terminal. */
export const progressBlock = (progress: Progress, style: Style): string => {
  const { packetsPerSecond: rate, generator, failed } = progress;
  const share = Math.min(1, Math.max(0, progress.elapsedMs / progress.totalMs));
  const done = Math.round(share * BAR_CELLS);
  const bar = `${'█'.repeat(done)}${style.dim('░'.repeat(BAR_CELLS - done))}`;
  const failures = `${failed} failed`;
  const processes = processesText(generator);
  return [
    `${bar} ${time(progress)}  ${phaseText(progress)}`,
    `  joined     ${progress.joined}/${progress.planned}${progress.connected < progress.joined ? `, ${progress.connected} in` : ''}  ${failed > 0 ? style.bad(failures) : failures}`,
    `  packets    ↑ ${perSecond(rate.up)}  ↓ ${perSecond(rate.down)}`,
    `  quality    loss ${formatShare(progress.loss)}  jitter p95 ${formatMs(progress.jitterP95Ms)}  latency p95 ${formatMs(progress.latencyP95Ms)}`,
    `  generator  ${generatorText(progress)}${processes === '' ? '' : `  ${style.bad(processes)}`}`,
  ].join('\n');
};

/** `joining`, or with the stages of the scenario: `joining (spike)`. */
const phaseText = ({ phase, stages }: Progress): string =>
  stages.length === 0 ? phase : `${phase} (${stages.join(', ')})`;

/** Some may have left again. */
const joined = ({ joined: all, connected, planned }: Progress): string =>
  connected < all ? `${all}/${planned} joined, ${connected} in` : `${all}/${planned} in`;

const seconds = (ms: number): string => `${Math.max(0, Math.round(ms / 1_000))}s`;

const time = ({ elapsedMs, totalMs }: Progress): string =>
  `${seconds(elapsedMs)}/${seconds(totalMs)}`;

const perSecond = (rate: number): string => `${formatNumber(Math.round(rate))}/s`;

const generatorText = ({ generator: own }: Progress): string =>
  [
    `${own.cpuCores.toFixed(2)} cores`,
    formatBytes(own.residentBytes),
    `lag ${formatMs(Math.round(Math.max(own.eventLoopLagMs, own.tickLatenessMs)))}`,
    `${formatNumber(own.lateSends)} late sends`,
    `${formatNumber(own.socketDrops)} socket drops`,
  ].join(', ');

const processesText = ({ processes, processesAlive }: Progress['generator']): string =>
  processesAlive === processes
    ? ''
    : `${processes - processesAlive} of ${processes} processes died`;
