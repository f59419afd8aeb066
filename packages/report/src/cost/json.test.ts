import { expect, test } from 'vitest';
import { costSample } from '../../test/support/samples.ts';
import { renderCostJson } from './json.ts';

test('rounds figures to six decimals, and keeps the cents of large sums', () => {
  const view = costSample();
  const [plan] = view.estimate.cloud;
  if (plan === undefined) throw new Error('no plan allows the sample');
  const cloud = [{ ...plan, traffic: 0.1 + 0.2, total: 1_234_567.891_234_567 }];
  const { usage } = view.estimate;
  const text = renderCostJson({
    ...view,
    estimate: { ...view.estimate, cloud, usage: { ...usage, gbUp: Number.NaN } },
  });
  expect(JSON.parse(text)).toMatchObject({
    cloud: [{ traffic: 0.3, total: 1_234_567.891_235 }],
    usage: { gbUp: null },
  });
  expect(text).not.toMatch(/\d\.\d{7,}/);
});
