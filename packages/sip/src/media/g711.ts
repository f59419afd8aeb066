/** G.711 (ITU-T): companding of 16-bit samples to bytes. Payload type 0 is µ-law, 8 is A-law. */
export type G711PayloadType = 0 | 8;

const BIAS = 0x84;
const CLIP = 32_635;

const encodeMuLaw = (sample: number): number => {
  const sign = sample < 0 ? 0x80 : 0;
  const magnitude = Math.min(Math.abs(sample), CLIP) + BIAS;
  const exponent = Math.floor(Math.log2(magnitude)) - 7;
  const mantissa = (magnitude >> (exponent + 3)) & 0x0f;
  return ~(sign | (exponent << 4) | mantissa) & 0xff;
};

const decodeMuLaw = (byte: number): number => {
  const bits = ~byte & 0xff;
  const magnitude = ((((bits & 0x0f) << 3) + BIAS) << ((bits >> 4) & 0x07)) - BIAS;
  return (bits & 0x80) === 0 ? magnitude : -magnitude;
};

const encodeALaw = (sample: number): number => {
  const sign = sample >= 0 ? 0x80 : 0;
  const magnitude = Math.min(sample >= 0 ? sample : -sample - 1, CLIP) >> 4;
  const exponent = magnitude < 16 ? 0 : Math.floor(Math.log2(magnitude)) - 3;
  const mantissa = (exponent < 2 ? magnitude : magnitude >> (exponent - 1)) & 0x0f;
  return (sign | (exponent << 4) | mantissa) ^ 0x55;
};

const decodeALaw = (byte: number): number => {
  const bits = byte ^ 0x55;
  const exponent = (bits >> 4) & 0x07;
  const mantissa = ((bits & 0x0f) << 4) + 8;
  const magnitude = exponent === 0 ? mantissa : (mantissa + 0x100) << (exponent - 1);
  return (bits & 0x80) === 0 ? -magnitude : magnitude;
};

const DECODED: Readonly<Record<G711PayloadType, Float64Array>> = {
  0: Float64Array.from({ length: 256 }, (_, byte) => decodeMuLaw(byte)),
  8: Float64Array.from({ length: 256 }, (_, byte) => decodeALaw(byte)),
};

/** Encodes samples of 16 bits. */
export const encodeG711 = (samples: Int16Array, type: G711PayloadType): Buffer =>
  Buffer.from(samples.map(type === 0 ? encodeMuLaw : encodeALaw));

/** Sample of 16 bits that a byte stands for. */
export const sampleOfG711 = (byte: number, type: G711PayloadType): number =>
  DECODED[type][byte] ?? 0;

/** Level of a payload, dBov: 0 is a square wave of full scale. */
export const levelOfG711 = (payload: Uint8Array, type: G711PayloadType): number => {
  const table = DECODED[type];
  let sum = 0;
  for (const byte of payload) sum += (table[byte] ?? 0) ** 2;
  return payload.length === 0
    ? Number.NEGATIVE_INFINITY
    : 20 * Math.log10(Math.sqrt(sum / payload.length) / 32_768);
};
