import { SignalResponse } from '@livekit/protocol';
import { describe, expect, it } from 'vitest';
import { responseCase } from './message-case.ts';

describe('the case of a response, from its first bytes', () => {
  it('equals the case of the decoded message, for every case', () => {
    for (const field of SignalResponse.fields.list()) {
      const { localName } = field;
      const scalar = localName === 'pong' ? 7n : 'a token';
      const value = field.kind === 'message' ? new field.T() : scalar;
      const data = new SignalResponse({
        message: { case: localName, value } as SignalResponse['message'],
      }).toBinary();
      expect(responseCase(data)).toBe(localName);
      expect(responseCase(data)).toBe(SignalResponse.fromBinary(data).message.case);
    }
  });

  it('is undefined for an unknown field, and for no bytes', () => {
    expect(responseCase(new Uint8Array([0xfa, 0x7f, 0]))).toBeUndefined();
    expect(responseCase(new Uint8Array())).toBeUndefined();
  });
});
