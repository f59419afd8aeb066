import { expect, test } from 'vitest';
import {
  ATTRIBUTES,
  decodeResponse,
  encodeRequest,
  METHODS,
  messageLength,
  peerAddress,
} from './stun-message.ts';

test('a peer is encoded as in RFC 5769 §2.2', () => {
  // XOR-MAPPED-ADDRESS of 192.0.2.1 in the RFC: e1 12 a6 43, after the port.
  expect(peerAddress('192.0.2.1')[1].subarray(4).toString('hex')).toBe('e112a643');
});

test('a signed request ends with its signature, and its length includes it', () => {
  const key = { username: 'u', realm: 'r', nonce: Buffer.from('n'), credential: 'c' };
  const { bytes } = encodeRequest(METHODS.allocate, [], key);
  expect(messageLength(bytes)).toBe(bytes.length);
  expect(bytes.readUInt16BE(bytes.length - 24)).toBe(ATTRIBUTES.integrity);
});

test('reads an error with its code; other bytes are not a response', () => {
  // CreatePermission error response, 403 Forbidden.
  const response = Buffer.from(
    '01180010 2112a442 000102030405060708090a0b 0009000c 00000403 466f726269646465'.replaceAll(
      ' ',
      '',
    ),
    'hex',
  );
  expect(decodeResponse(response)).toMatchObject({
    ...{ code: 403, transaction: '000102030405060708090a0b' },
  });
  expect(decodeResponse(Buffer.from('hello'))).toBeNull();
  expect(decodeResponse(encodeRequest(METHODS.refresh, [], null).bytes)).toBeNull();
});
