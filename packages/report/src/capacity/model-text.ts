import type { CostModel, PlannedLoad } from '@livekit-swarm/analysis/capacity';
import { formatNumber, plural } from '@livekit-swarm/settings';
import { formatBits } from '../format.ts';
import { renderHeadedTable, styleFor, wrap } from '../text-layout.ts';
import { modelErrorText } from './phrases.ts';
import { modelTable } from './tables.ts';

/** CPU that a server is expected to need for a scenario. */
export interface Prediction {
  scenario: string;
  planned: PlannedLoad;
  cpuCores: number;
}

const plain = styleFor(false);

/** A cost model, for a terminal. */
export const modelText = (model: CostModel): string => {
  const shapes = model.shapes.map(
    ({ scenario, points }) => `${scenario} (${plural(points, 'load')})`,
  );
  return `${[
    `Cost model of ${shapes.join(', ')}`,
    ...renderHeadedTable(modelTable({ model }), plain),
    ...wrap('  ', modelErrorText({ model })),
  ].join('\n')}\n`;
};

/** Predictions, for a terminal. */
export const predictionText = (predictions: readonly Prediction[], model: CostModel): string => {
  const rows = predictions.map(({ scenario, planned, cpuCores }) => [
    scenario,
    formatNumber(planned.rooms),
    formatNumber(planned.participants),
    formatBits(planned.bitsDown),
    `${formatNumber(Number(cpuCores.toPrecision(3)))} cores`,
  ]);
  const head = ['scenario', 'rooms', 'participants', 'sent', 'CPU of the server'];
  return `${[
    ...renderHeadedTable({ head, rows, left: [0] }, plain),
    ...wrap('  ', modelErrorText({ model })),
  ].join('\n')}\n`;
};
