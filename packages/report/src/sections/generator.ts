import type { Share } from '@livekit-swarm/analysis';
import { formatBytes, formatMs, formatNumber, formatShare, plural } from '../format.ts';
import type { ReportInput } from '../report-input.ts';
import type { Style } from '../style.ts';
import { wrap } from '../wrap.ts';

/** Whether we ourselves were fit to measure. */
export const generatorSection = ({ summary, judgement }: ReportInput, style: Style): string[] => {
  const own = summary.generator;
  const cpu =
    own.cpuCores === null
      ? []
      : [`${formatNumber(own.cpuCores.avg)} cores (at most ${formatNumber(own.cpuCores.max)})`];
  // Without media the few packets that keep connections alive would carry the cost of everything else.
  const cost =
    own.cpuUsPerPacket === null || summary.traffic.length === 0
      ? []
      : [`${formatNumber(own.cpuUsPerPacket)} µs of CPU a packet`];
  const busy = own.machineBusy === null ? [] : [`machine ${formatShare(own.machineBusy.avg)} busy`];
  const work = [
    plural(own.workers, 'worker'),
    ...(own.workersDied > 0 ? [`${formatNumber(own.workersDied)} died`] : []),
    ...cpu,
    ...cost,
    ...(own.residentBytes === null ? [] : [formatBytes(own.residentBytes)]),
    ...busy,
  ];
  const faults = [
    `event loop lag p95 ${formatMs(own.eventLoopLag?.p95 ?? null)}`,
    `ticks late p95 ${formatMs(own.tickLate?.p95 ?? null)}`,
    `late sends ${share(own.lateSends)}`,
    `send errors ${share(own.sendErrors)}`,
    `socket drops ${share(own.socketDrops)}`,
    `late joins ${share(own.lateJoins)}`,
  ];
  const healthy = judgement.health.length === 0;
  const state = healthy
    ? style.good('fit to measure')
    : style.unsure('not fit to measure, see above');
  return [
    `${style.title('GENERATOR')}  ${state}`,
    ...wrap('  ', work.join(' · ')),
    ...wrap('  ', faults.join(' · ')),
  ];
};

const share = ({ count, share: part }: Share): string =>
  count === 0 ? '0' : `${formatNumber(count)} (${formatShare(part)})`;
