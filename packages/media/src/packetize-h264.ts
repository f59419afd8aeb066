import { MediaError } from './media-error.ts';
import { isParameterSet, nalType } from './nal-unit.ts';
import { MAX_RTP_PAYLOAD, splitEvenly } from './rtp-payload.ts';

/** Packet types of RFC 6184 §5.2 in addition to single NAL units. */
const STAP_A = 24;
const FU_A = 28;
const FU_HEADER_BYTES = 2;
const FU_START = 0x80;
const FU_END = 0x40;

const forbiddenBit = (nal: Uint8Array): number => (nal[0] ?? 0) & 0x80;
const importance = (nal: Uint8Array): number => (nal[0] ?? 0) & 0x60;

const stapABytes = (nals: Uint8Array[]): number =>
  nals.reduce((sum, nal) => sum + 2 + nal.length, 1);

/**
 * Packs several NAL units into one packet, each after its length. F is set if any has it, NRI is
 * the highest (RFC 6184 §5.7.1).
 */
const stapA = (nals: Uint8Array[]): Uint8Array => {
  const payload = new Uint8Array(stapABytes(nals));
  const view = new DataView(payload.buffer);
  payload[0] = Math.max(...nals.map(forbiddenBit)) | Math.max(...nals.map(importance)) | STAP_A;
  let at = 1;
  for (const nal of nals) {
    view.setUint16(at, nal.length);
    payload.set(nal, at + 2);
    at += 2 + nal.length;
  }
  return payload;
};

/**
 * Splits one NAL unit over several packets; two header bytes replace its first byte (RFC 6184
 * §5.8).
 */
const fuA = (nal: Uint8Array, maxPayload: number): Uint8Array[] =>
  splitEvenly(nal.subarray(1), maxPayload - FU_HEADER_BYTES).map((piece, index, pieces) => {
    const position = (index === 0 ? FU_START : 0) | (index === pieces.length - 1 ? FU_END : 0);
    return Uint8Array.of(
      forbiddenBit(nal) | importance(nal) | FU_A,
      position | nalType(nal),
      ...piece,
    );
  });

/** Groups consecutive parameter sets that fit into one packet; every other NAL unit is alone. */
const grouped = (nals: Uint8Array[], maxPayload: number): Uint8Array[][] => {
  const groups: Uint8Array[][] = [];
  for (const nal of nals) {
    const last = groups.at(-1);
    const joins =
      last?.every(isParameterSet) &&
      isParameterSet(nal) &&
      stapABytes([...last, nal]) <= maxPayload;
    if (last && joins) last.push(nal);
    else groups.push([nal]);
  }
  return groups;
};

/**
 * Packs the NAL units of one picture into RTP payloads of at most `maxPayload` bytes, for
 * `packetization-mode=1` (RFC 6184 §6.3): parameter sets together in a STAP-A, a NAL unit that fits
 * unchanged, a larger one in FU-A fragments.
 * @throws MediaError if there is no NAL unit, an empty one, or one of a type that only packets have
 */
export const packetizeH264 = (
  nals: Uint8Array[],
  maxPayload: number = MAX_RTP_PAYLOAD,
): Uint8Array[] => {
  if (!(maxPayload > FU_HEADER_BYTES))
    throw new MediaError(
      `a maximum of ${maxPayload} bytes leaves no room beside an FU-A header of 2`,
    );
  if (nals.length === 0) throw new MediaError('a picture without NAL units cannot be sent');
  const unfit = nals.findIndex(
    (nal) => nal.length === 0 || nalType(nal) === 0 || nalType(nal) >= STAP_A,
  );
  if (unfit !== -1)
    throw new MediaError(
      `NAL unit ${unfit} of the picture is empty or of a type that RFC 6184 §5.2 keeps for packets`,
    );
  return grouped(nals, maxPayload).flatMap((group) => {
    const [nal] = group;
    if (nal === undefined || group.length > 1) return [stapA(group)];
    return nal.length <= maxPayload ? [nal] : fuA(nal, maxPayload);
  });
};
