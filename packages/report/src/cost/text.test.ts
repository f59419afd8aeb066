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
  // The machines' 123 GB have used the 100 that are free.
  expect(text).toMatch(
    /HLS, on top of +traffic +own machines +LiveKit Cloud\n *aws +10 TB +\$900 +\$891\n/,
  );
  expect(text).toContain('on top of LiveKit Cloud, at the price of that provider alone');
});
