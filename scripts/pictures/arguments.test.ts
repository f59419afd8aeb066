import { describe, expect, it } from 'vitest';
import { readOrder } from './arguments.ts';

const NOW = Date.UTC(2026, 0, 2, 12);
const order = (line: string) => readOrder(line === '' ? [] : line.split(' '), NOW);

describe('readOrder', () => {
  it('takes pictures of all dashboards that need no drill, with its own deployment', () => {
    expect(order('')).toEqual({
      keys: [
        'cluster',
        'node',
        'slo',
        'media',
        'rooms',
        'probes',
        'agents',
        'run',
        'infrastructure',
      ],
      theme: 'dark',
      out: 'docs/images/dashboards',
      playMs: 420_000,
      source: null,
    });
    expect(order('media cluster').keys).toEqual(['cluster', 'media']);
    expect(order('--play 90s --theme light --out x')).toMatchObject({
      playMs: 90_000,
      theme: 'light',
      out: 'x',
    });
  });

  it('uses the given Prometheus', () => {
    expect(
      order('chaos --prometheus http://127.0.0.1:9090 --from now-10m --to now-5m').source,
    ).toEqual({
      url: 'http://127.0.0.1:9090',
      from: NOW - 600_000,
      to: NOW - 300_000,
      scrapeSeconds: 15,
    });
    expect(
      order(
        '--prometheus http://h --from 2026-01-02T11:00:00Z --scrape-interval 500ms --scrape-interval 2s',
      ),
    ).toMatchObject({
      keys: expect.arrayContaining(['chaos']),
      source: { from: NOW - 3_600_000, to: NOW, scrapeSeconds: 2 },
    });
  });

  it.each([
    ['choas', 'unknown dashboard "choas"'],
    ['--theme blue', '--theme blue: is none'],
    ['--prometheus 127.0.0.1:9090', '--prometheus 127.0.0.1:9090: is not a URL'],
    ['--prometheus http://', '--prometheus http://: is not a URL'],
    ['--prometheus http://h --play 1m', '--play: is for a stage of our own'],
    ['--from now-1h', '--from: needs --prometheus'],
    ['--prometheus http://h --from yesterday', '--from yesterday: is not a time'],
    ['--prometheus http://h --from now-15', '--from now-15: a duration needs a unit'],
    [
      '--prometheus http://h --from now --to now-1h',
      '--from: must be a minute or more before --to',
    ],
    [
      '--prometheus http://h --scrape-interval 0s',
      '--scrape-interval 0s: is shorter than a second',
    ],
    ['--play soon', '--play soon: "soon" is not a duration'],
    ['--nothing', "Unknown option '--nothing'"],
  ])('refuses %s', (line, message) => {
    expect(() => order(line)).toThrow(message);
  });
});
