import { formatBytes, formatNumber, plural } from '@livekit-swarm/report';
import type { PlanView } from './plan-view.ts';

/** What is to be said about the machine, and how bad it is. */
export interface Sentence {
  mark: 'good' | 'unsure' | 'bad';
  text: string;
}

/** Whether this machine can generate the plan, in words: what it takes, what there is, what to do. */
export const machineSentences = ({
  assessment,
  machine,
}: Pick<PlanView, 'assessment' | 'machine'>): Sentence[] => {
  const { need, staffing, fits, short, obstacle } = assessment;
  const has = `${plural(machine.cores, 'core')} and ${formatBytes(machine.memoryBytes)}`;
  if (obstacle !== null || staffing === null)
    return [
      {
        mark: 'bad',
        text: `This machine (${has}) cannot run it: ${obstacle?.message ?? 'nobody can be hosted'}.`,
      },
    ];
  const hosts = `${plural(staffing.workers, 'worker')}${staffing.threads > 1 ? ` of ${staffing.threads} threads` : ''}`;
  const crowd = `${amount(need.crowd)} for the crowd (${hosts})`;
  const all =
    need.server === null ? crowd : `${crowd}, ${amount(need.server)} for the server beside it`;
  if (fits)
    return [
      {
        mark: 'good',
        text: `This machine (${has}) can generate it. At the fullest moment it takes about ${all}.`,
      },
    ];
  return [
    {
      mark: 'unsure',
      text: `This machine (${has}) is short of ${short.join(' and ')}: at the fullest moment it would take about ${all}. The run would be inconclusive.`,
    },
    { mark: 'unsure', text: advice(need.server !== null) },
  ];
};

const amount = ({ cores, memoryBytes }: { cores: number; memoryBytes: number }): string =>
  `${formatNumber(Math.max(0.1, Math.round(cores * 10) / 10))} cores and ${formatBytes(memoryBytes)}`;

const advice = (embedded: boolean): string =>
  `Make it smaller (--scale 0.5), ${embedded ? 'send the crowd to a server on another machine (--url), ' : ''}or take a larger machine.`;
