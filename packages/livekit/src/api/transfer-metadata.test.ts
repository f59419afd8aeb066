import { expect, test } from 'vitest';
import { dispatchMetadataOf, readTransfer } from './transfer-metadata.ts';

test('an agent reads the transfer that the dispatch has', () => {
  const transfer = { after: 2, to: 'billing' };
  expect(readTransfer(dispatchMetadataOf({ transfer }))).toEqual(transfer);
  expect(readTransfer(dispatchMetadataOf({}))).toBeNull();
});

test.each(['null', '"text"', '[]', '{ "transfer": { "to": 1 } }', '{ "user": "a" }', 'no JSON'])(
  'metadata of an application has no transfer: %s',
  (metadata) => {
    expect(readTransfer(metadata)).toBeNull();
  },
);
