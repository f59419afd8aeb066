import { formatMs, formatNumber, plural } from '../format.ts';
import type { ReportInput } from '../report-input.ts';
import type { Style } from '../style.ts';
import { wrap } from '../wrap.ts';

/** Layers of video, and what was asked for again. */
export const recoverySection = ({ summary }: ReportInput, style: Style): string[] => {
  const { layers, recovery } = summary;
  const layerLines = (['up', 'down'] as const).flatMap((direction) => {
    const heights = Object.entries(layers[direction]).map(
      ([height, tracks]) => `${height}p × ${formatNumber(tracks)}`,
    );
    return heights.length === 0 ? [] : wrap(`  layers ${direction}: `, heights.join(', '));
  });
  const switches =
    layerLines.length === 0
      ? []
      : [`${plural(recovery.layerSwitches, 'layer switch', 'layer switches')}`];
  const asked = [
    `NACK ${formatNumber(recovery.nacksSent)} sent, ${formatNumber(recovery.nacksReceived)} received`,
    `PLI ${formatNumber(recovery.plisSent)} sent, ${formatNumber(recovery.plisReceived)} received`,
    `RTX ${formatNumber(recovery.rtxSent)} sent, ${formatNumber(recovery.rtxReceived)} received`,
    `${plural(recovery.recovered, 'packet')} recovered`,
    `${plural(recovery.gaps, 'gap')} (${formatMs(recovery.gapMs)})`,
    ...switches,
  ];
  if (summary.traffic.length === 0) return [];
  return [style.title('RECOVERY'), ...layerLines, ...wrap('  ', asked.join(' · '))];
};
