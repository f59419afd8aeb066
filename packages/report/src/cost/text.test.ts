import { estimateCost } from '@livekit-swarm/cost';
import { expect, test } from 'vitest';
import { costSample } from '../../test/support/samples.ts';
import { renderCostText } from './text.ts';

test('shows the price of serving HLS on top of the others, and only where there is an audience', () => {
  const view = costSample();
  expect(renderCostText(view)).not.toContain('HLS');
  const { book, rules } = view;
  const usage = { ...view.estimate.usage, hlsGb: 10_000 };
  const estimate = estimateCost({ book, usage, rules, providers: ['aws'], traffic: null });
  const text = renderCostText({ ...view, estimate });
  expect(text).toMatch(/HLS, on top +traffic +a month\n *aws +10 TB +\$891/);
  expect(text).toContain('HLS is served at the price of the traffic of each provider');
});
