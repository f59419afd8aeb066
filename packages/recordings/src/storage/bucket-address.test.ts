import { expect, test } from 'vitest';
import { readBucketAddress } from './bucket-address.ts';

test.each([
  ['s3://b/100%.mp4', 'b', '100%.mp4'],
  ['s3://b/a%20b.mp4', 'b', 'a%20b.mp4'],
  ['s3://b/2026/a b?c#d.mp4', 'b', '2026/a b?c#d.mp4'],
  ['s3://my.bucket/', 'my.bucket', ''],
  ['s3://Bucket', 'Bucket', ''],
])('%s is cut as text', (text, bucket, key) => {
  expect(readBucketAddress(text)).toEqual({ bucket, key });
});

test.each(['s3://', 's3:///a', 's3://key:hunter2@bucket/a', 's3://b?x', 'https://b/a', 'a.mp4'])(
  '%s is not the address of a bucket',
  (text) => {
    expect(readBucketAddress(text)).toBeNull();
  },
);
