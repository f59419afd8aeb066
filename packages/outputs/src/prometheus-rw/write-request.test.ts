import { uncompress } from 'snappyjs';
import { expect, it } from 'vitest';
import { encodeLabels, encodeWriteRequest } from './write-request.ts';

it('encodes labels sorted by name, and the stale marker bit by bit', () => {
  const labels = encodeLabels({ testid: 'k3', __name__: 'up' });
  const bytes = uncompress(
    encodeWriteRequest([
      { labels, value: 1.5, at: 300 },
      { labels, value: 'stale', at: 301 },
      { labels, value: 0, at: 302 },
    ]),
  );
  const text = (value: string): string => Buffer.from(value).toString('hex');
  // Fields written by hand from the specification: tag, length, value.
  const series = (sample: string): string => {
    const name = `0a08${text('__name__')}1202${text('up')}`;
    const testid = `0a06${text('testid')}1202${text('k3')}`;
    const body = `0a0e${name}0a0c${testid}12${hexLength(sample)}${sample}`;
    return `0a${hexLength(body)}${body}`;
  };
  expect(Buffer.from(bytes).toString('hex')).toBe(
    [
      series('09000000000000f83f10ac02'),
      series('09020000000000f07f10ad02'),
      series('09000000000000000010ae02'),
    ].join(''),
  );
});

const hexLength = (hex: string): string => (hex.length / 2).toString(16).padStart(2, '0');
