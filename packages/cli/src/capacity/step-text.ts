import type { StepFacts } from '@livekit-swarm/analysis/capacity';
import { loadText } from '@livekit-swarm/report/capacity';
import { formatNumber, plural } from '@livekit-swarm/settings';

/** One line for a run of a search. */
export const stepText = (step: StepFacts, unit: string, nodeCores: number | null): string => {
  const { load, planned, measured, evidence, crossings, impairments, reasons } = step;
  const cpu =
    measured.busiestNodeCores === null
      ? []
      : [
          `CPU ${formatNumber(Number(measured.busiestNodeCores.toPrecision(3)))}${nodeCores === null ? '' : ` of ${formatNumber(nodeCores)}`} cores`,
        ];
  const windows =
    evidence === null || evidence.windows === 0
      ? []
      : [`${evidence.windows - evidence.crossed} of ${evidence.windows} windows held`];
  const why =
    step.outcome === 'inconclusive' ? (impairments.length > 0 ? impairments : reasons) : [];
  return `${loadText({ unit }, load)} (${plural(planned.participants, 'participant')}): ${[
    step.outcome,
    ...why,
    ...cpu,
    ...windows,
    ...crossings.slice(0, 2).map(({ expression }) => `${expression} crossed`),
  ].join(', ')}`;
};
