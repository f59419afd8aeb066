import { describe, expect, it } from 'vitest';
import { dashboards } from '../../packages/mixin/src/dashboards/index.ts';
import { SHIPPED } from '../../packages/mixin/src/shipped.ts';
import { choicesOf, withChoices } from './choices.ts';

const { cluster, probes } = dashboards(SHIPPED);

describe('choicesOf', () => {
  it('inserts all existing values, or the value of All in the dashboard', async () => {
    const asked: string[] = [];
    const choices = await choicesOf(cluster, async (selector) => {
      asked.push(selector);
      return [
        { labels: { job: 'b.c' } },
        { labels: { job: 'a' } },
        { labels: { job: 'a' } },
        { labels: {} },
      ];
    });
    expect(Object.fromEntries(choices)).toEqual({
      cluster: '.*',
      job: '(a|b\\\\.c)',
      instance: '.+',
      host: '.+',
    });
    expect(asked).toEqual(['livekit_room_total{cluster=~".*"}']);
  });

  it('needs no brackets for one value, and matches no series without values', async () => {
    expect(
      (await choicesOf(cluster, async () => [{ labels: { job: 'livekit' } }])).get('job'),
    ).toBe('livekit');
    expect((await choicesOf(cluster, async () => [])).get('job')).toBe('()');
    expect((await choicesOf(probes, async () => [])).get('node')).toBe('.*');
  });
});

describe('withChoices', () => {
  it('keeps the variables of Grafana', () => {
    const choices = new Map([['job', 'livekit']]);
    expect(withChoices('x{job=~"$job", i=~"$instance"}[$__rate_interval]', choices)).toBe(
      'x{job=~"livekit", i=~"$instance"}[$__rate_interval]',
    );
  });
});
