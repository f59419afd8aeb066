import { DataPacket, DataPacket_Kind, UserPacket } from '@livekit/protocol';

/** A user message as LiveKit's SDKs wrap it, and where in it the stamp goes. */
export interface DataTemplate {
  bytes: Uint8Array;
  stampOffset: number;
}

/** A byte that no header of the envelope contains. */
const MARK = 0xa5;

/**
 * The envelope around a payload of `payloadBytes` bytes, written once: the server parses and rewrites the envelope, but hands the payload on as it is.
 * @param stampBytes length of the stamp, at most `payloadBytes`
 */
export const dataTemplate = (
  payloadBytes: number,
  stampBytes: number,
  reliable: boolean,
): DataTemplate => {
  const payload = new Uint8Array(payloadBytes).fill(MARK);
  const packet = new DataPacket({
    kind: reliable ? DataPacket_Kind.RELIABLE : DataPacket_Kind.LOSSY,
    value: { case: 'user', value: new UserPacket({ payload }) },
  });
  const bytes = packet.toBinary();
  const stampOffset = Buffer.from(bytes).indexOf(Buffer.from(payload));
  if (payloadBytes < stampBytes)
    throw new RangeError(`a data message needs at least ${stampBytes} bytes, not ${payloadBytes}`);
  return { bytes, stampOffset };
};
