import { metricDefinition } from '@livekit-swarm/metrics';
import { formatNumber } from '@livekit-swarm/settings';
import { describe, expect, it } from 'vitest';
import { formatBits, formatFigure, formatMs, formatShare, formatTime, shorten } from './format.ts';
import { wrap } from './text-layout.ts';

describe('figures', () => {
  it.each([
    [0, '0'],
    [0.0416, '0.0416'],
    [12.345, '12.3'],
    [99.96, '100'],
    [1234.5, '1,235'],
    [50_000, '50,000'],
  ])('%d reads %s', (value, text) => {
    expect(formatNumber(value)).toBe(text);
  });

  it('that are not zero never look like zero', () => {
    expect(formatShare(0)).toBe('0 %');
    expect(formatShare(0.00000123)).toBe('0.000123 %');
    expect(formatShare(0.0172)).toBe('1.72 %');
    expect(formatShare(1)).toBe('100 %');
    expect(formatShare(null)).toBe('–');
  });

  it('of time change to seconds when they are long', () => {
    expect([formatMs(7.85), formatMs(2_310), formatMs(12_345), formatMs(null)]).toEqual([
      '7.85 ms',
      '2,310 ms',
      '12.3 s',
      '–',
    ]);
  });

  it('of moments read as on a clock', () => {
    expect([0, 7_000, 12_345, 750_000, 3_750_000].map(formatTime)).toEqual([
      '0:00',
      '0:07',
      '0:12.3',
      '12:30',
      '1:02:30',
    ]);
  });

  it('of bit rates have the unit that fits', () => {
    expect([formatBits(576_000), formatBits(60_192_000), formatBits(0)]).toEqual([
      '576 kbit/s',
      '60.2 Mbit/s',
      '0 bit/s',
    ]);
  });

  it('of thresholds have the unit of their metric', () => {
    expect(formatFigure(0.01, metricDefinition('packet_loss'), 'rate')).toBe('1 %');
    expect(formatFigure(3, metricDefinition('packet_loss'), 'count')).toBe('3');
    expect(formatFigure(50_000, metricDefinition('packets_received'), 'rate')).toBe(
      '50,000 packets/s',
    );
    expect(formatFigure(102.3, metricDefinition('join_time'), 'p(95)')).toBe('102 ms');
    expect(formatFigure(1.25, metricDefinition('cpu_cores'), 'value')).toBe('1.25 cores');
    expect(formatFigure(null, metricDefinition('join_time'), 'p(95)')).toBe('not measured');
  });
});

describe('lines', () => {
  it('are broken between words and hang under their head', () => {
    expect(wrap('  · ', 'one two three four', 14)).toEqual(['  · one two', '    three four']);
    expect(wrap('  ', 'averyveryverylongword b', 10)).toEqual(['  averyveryverylongword', '  b']);
  });

  it('of names are shortened in the middle', () => {
    expect(shorten('swarm-k3x9-123', 20)).toBe('swarm-k3x9-123');
    expect(shorten('a-very-long-room-name-12', 13)).toBe('a-very…ame-12');
  });
});
