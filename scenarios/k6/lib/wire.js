// Protobuf's wire format, as far as signalling needs it: https://protobuf.dev/programming-guides/encoding/

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

/** @typedef {Map<number, number | Uint8Array>} Fields by field number; of a repeated field the last one */

/**
 * The fields of one message: varints as numbers (exact up to 2^53), everything that has a length as bytes. Fixed-width fields are skipped.
 *
 * @param {Uint8Array} bytes
 * @returns {Fields}
 * @throws Error when the bytes are no protobuf message
 */
export const readFields = (bytes) => {
  /** @type {Fields} */
  const fields = new Map();
  let at = 0;
  /** @param {number} length */
  const skip = (length) => {
    const from = at;
    at += length;
    if (at > bytes.length) throw new Error('the message ends inside a field');
    return from;
  };
  const varint = () => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      if (scale > 2 ** 63) throw new Error('a varint has more than ten bytes');
      const byte = bytes[skip(1)] ?? 0;
      value += (byte % 128) * scale;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const tag = varint();
    const number = Math.floor(tag / 8);
    if (number === 0) throw new Error('there is no field 0');
    const type = tag % 8;
    if (type === VARINT) fields.set(number, varint());
    else if (type === BYTES) {
      const length = varint();
      const from = skip(length);
      fields.set(number, bytes.subarray(from, at));
    } else if (type === FIXED64) skip(8);
    else if (type === FIXED32) skip(4);
    else throw new Error(`field ${number} has the unknown wire type ${type}`);
  }
  return fields;
};

/** @param {Fields} fields @param {number} number @returns {number} 0 when it is not there, as proto3 has it */
export const numberOf = (fields, number) => {
  const value = fields.get(number);
  return typeof value === 'number' ? value : 0;
};

/** @param {Fields} fields @param {number} number @returns {Fields} empty when it is not there */
export const messageOf = (fields, number) => {
  const value = fields.get(number);
  return value instanceof Uint8Array ? readFields(value) : new Map();
};

/** For what is ASCII anyway: ids, versions. @param {Fields} fields @param {number} number @returns {string} '' when it is not there */
export const asciiOf = (fields, number) => {
  const value = fields.get(number);
  return value instanceof Uint8Array ? String.fromCharCode(...value) : '';
};

/**
 * @param {number} number of the field
 * @param {number} value a whole number from 0 to 2^53
 * @returns {number[]} bytes
 */
export const writeNumber = (number, value) => [
  ...writeVarint(number * 8 + VARINT),
  ...writeVarint(value),
];

/** @param {number} number of the field @param {number[]} message its bytes @returns {number[]} */
export const writeMessage = (number, message) => [
  ...writeVarint(number * 8 + BYTES),
  ...writeVarint(message.length),
  ...message,
];

/** @param {number} value @returns {number[]} */
const writeVarint = (value) => {
  const bytes = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return [...bytes, rest];
};
