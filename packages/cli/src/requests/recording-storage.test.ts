import { expect, test } from 'vitest';
import { readObject, readPlace } from './recording-storage.ts';

test('keys of objects and prefixes of buckets are taken as they are written', () => {
  expect(readObject('s3://b/100%.mp4')).toEqual({ place: 's3://b/', key: '100%.mp4' });
  expect(readObject('s3://b/out/a%20b.mp4')).toEqual({ place: 's3://b/', key: 'out/a%20b.mp4' });
  expect(readObject('/srv/a.mp4')).toBeNull();
  expect(readPlace('s3://b/50% done')).toBe('s3://b/50% done');
  expect(readPlace('https://files.example.com/a b')).toBe('https://files.example.com/a%20b');
});
