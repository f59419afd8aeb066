import { DataPacket, DataPacket_Kind, EncryptedPacketPayload, UserPacket } from '@livekit/protocol';

/** A user message in the envelope of LiveKit's SDKs, and the position of the stamp in it. */
export interface DataTemplate {
  bytes: Uint8Array;
  stampOffset: number;
}

/** A user message that is to be encrypted, and the packet to which the result is appended. */
export interface EncryptedDataTemplate extends DataTemplate {
  envelope: Uint8Array;
}

/** A byte that no header of the envelope contains. */
const MARK = 0xa5;

/**
 * The envelope around a payload of `payloadBytes` bytes, written once: the server parses and
 * rewrites the envelope, but hands the payload on as it is.
 * @param stampBytes length of the stamp, at most `payloadBytes`
 */
export const dataTemplate = (
  payloadBytes: number,
  stampBytes: number,
  reliable: boolean,
): DataTemplate => {
  const user = userPacket(payloadBytes, stampBytes);
  const packet = new DataPacket({ kind: kindOf(reliable), value: { case: 'user', value: user } });
  return templateOf(packet.toBinary(), user);
};

/**
 * Makes the template of an encrypted message: `bytes` is the plaintext, encrypted for each message.
 */
export const encryptedDataTemplate = (
  payloadBytes: number,
  stampBytes: number,
  reliable: boolean,
): EncryptedDataTemplate => {
  const user = userPacket(payloadBytes, stampBytes);
  const content = new EncryptedPacketPayload({ value: { case: 'user', value: user } });
  return {
    ...templateOf(content.toBinary(), user),
    envelope: new DataPacket({ kind: kindOf(reliable) }).toBinary(),
  };
};

const userPacket = (payloadBytes: number, stampBytes: number): UserPacket => {
  if (payloadBytes < stampBytes)
    throw new RangeError(`a data message needs at least ${stampBytes} bytes, not ${payloadBytes}`);
  return new UserPacket({ payload: new Uint8Array(payloadBytes).fill(MARK) });
};

const templateOf = (bytes: Uint8Array, { payload }: UserPacket): DataTemplate => ({
  bytes,
  stampOffset: Buffer.from(bytes).indexOf(Buffer.from(payload)),
});

const kindOf = (reliable: boolean): DataPacket_Kind =>
  reliable ? DataPacket_Kind.RELIABLE : DataPacket_Kind.LOSSY;

/** Packet of a message that was received; null: the message is not of LiveKit's protocol. */
export const readDataPacket = (message: Uint8Array): DataPacket | null => {
  try {
    return DataPacket.fromBinary(message);
  } catch {
    return null;
  }
};
