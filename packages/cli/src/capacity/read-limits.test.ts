import { describe, expect, test } from 'vitest';
import { readCores, readUntil } from './read-limits.ts';

describe('--until', () => {
  test.each([
    ['cpu=70%', { resource: 'cpu', limit: 2.8, share: 0.7 }],
    ['cpu=2.8', { resource: 'cpu', limit: 2.8, share: null }],
    ['memory=1.5GB', { resource: 'memory', limit: 1.5e9, share: null }],
    ['network=800Mbit', { resource: 'network', limit: 8e8, share: null }],
  ])('%s', (text, limit) => {
    const read = readUntil(text, 4);
    expect(read).toMatchObject({ resource: limit.resource, share: limit.share });
    expect(read.limit).toBeCloseTo(limit.limit, 6);
  });

  test.each(['cpu', 'disk=3GB', 'cpu=0', 'cpu=120%', 'memory=70%', 'memory=3', 'network=1MB'])(
    'refuses %s',
    (text) => {
      expect(() => readUntil(text, 4)).toThrow(expect.objectContaining({ code: 'usage' }));
    },
  );

  test('needs the cores of a node for a share of them', () => {
    expect(() => readUntil('cpu=70%', null)).toThrow(/the number of cores/);
    expect(readUntil('cpu=1', null).limit).toBe(1);
  });
});

test('numbers are checked', () => {
  expect(readCores('--node-cores', '0.5')).toBe(0.5);
  expect(() => readCores('--node-cores', 'many')).toThrow(/--node-cores/);
});
