import { SignalResponse } from '@livekit/protocol';

export type ResponseCase = NonNullable<SignalResponse['message']['case']>;

const CASES = new Map(
  SignalResponse.fields.list().map(({ no, localName }) => [no, localName as ResponseCase]),
);

/**
 * Case of a SignalResponse, from its first tag alone (protobuf wire format: field number and wire
 * type in a varint). Speaker and connection-quality updates arrive a thousand times per second, and
 * most are ignored. Undefined for an unknown field: the whole message has to be decoded.
 */
export const responseCase = (data: Uint8Array): ResponseCase | undefined => {
  const [first = 0, second = 0] = data;
  const tag = first < 0x80 ? first : (first & 0x7f) | ((second & 0x7f) << 7);
  return CASES.get(tag >>> 3);
};
