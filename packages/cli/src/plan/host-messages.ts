import { formatBytes } from '@livekit-swarm/report';
import { formatNumber, plural } from '@livekit-swarm/settings';
import type { PlanView } from './plan-view.ts';

/** A statement about the host, and its severity. */
export interface HostMessage {
  mark: 'good' | 'unsure' | 'bad';
  text: string;
}

/** Whether this host can generate the plan: required, available, and what to do. */
export const hostMessages = ({
  assessment,
  host,
}: Pick<PlanView, 'assessment' | 'host'>): HostMessage[] => {
  const { need, allocation, fits, short, obstacle } = assessment;
  const has = `${plural(host.cores, 'core')} and ${formatBytes(host.memoryBytes)}`;
  if (obstacle !== null || allocation === null)
    return [
      {
        mark: 'bad',
        text: `This host (${has}) cannot run it: ${obstacle?.message ?? 'it cannot host any participant'}.`,
      },
    ];
  const hosts = `${plural(allocation.workers, 'worker')}${allocation.threads > 1 ? ` of ${allocation.threads} threads` : ''}`;
  const generator = `${amount(need.generator)} for the load generator (${hosts})`;
  const load =
    need.clients === null
      ? generator
      : `${generator}, ${amount(need.clients)} for ${plural(need.clients.count, 'real client')}`;
  const all =
    need.server === null ? load : `${load}, ${amount(need.server)} for the server beside it`;
  if (fits)
    return [
      {
        mark: 'good',
        text: `This host (${has}) can generate it. At the fullest moment it takes about ${all}.`,
      },
    ];
  return [
    {
      mark: 'unsure',
      text: `This host (${has}) is short of ${short.join(' and ')}: at the fullest moment it would take about ${all}. The run would be inconclusive.`,
    },
    { mark: 'unsure', text: advice(need.server !== null) },
  ];
};

const amount = ({ cores, memoryBytes }: { cores: number; memoryBytes: number }): string =>
  `${formatNumber(Math.max(0.1, Math.round(cores * 10) / 10))} cores and ${formatBytes(memoryBytes)}`;

const advice = (embedded: boolean): string =>
  `Make it smaller (--scale 0.5), ${embedded ? 'use a server on another host (--url), ' : ''}or use a larger host.`;
