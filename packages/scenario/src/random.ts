import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';

/** Source of random numbers: the next one, from 0 to just below 1. */
export type Random = () => number;

/**
 * Start values for the words of the generator's state, so that 32 bits alone do not determine a
 * stream. Any values would do; these are the digits of π, e, √2 and √3.
 */
const OFFSETS = [0x243f6a88, 0x2b7e1516, 0x6a09e667, 0xbb67ae85];

/**
 * Separate stream of random numbers for every name: the same seed and name give the same numbers,
 * independent of other streams. The generator is xoroshiro128+ (Blackman and Vigna), whose state is
 * a hash of the name.
 */
export const randomStream = (seed: number, ...name: readonly (string | number)[]): Random => {
  const text = JSON.stringify([seed, ...name]);
  const generator = xoroshiro128plusFromState(OFFSETS.map((offset) => scatter(hash(text, offset))));
  return () => uniformFloat64(generator);
};

/** Hash of a text: FNV-1a (Fowler, Noll, Vo; RFC 9923), 32 bits, over UTF-16 units. */
const hash = (text: string, offset: number): number => {
  let value = offset;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value;
};

/** Last step of MurmurHash3 (Appleby): hashes of texts that differ in one letter end far apart. */
const scatter = (value: number): number => {
  const once = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  const twice = Math.imul(once ^ (once >>> 13), 0xc2b2ae35);
  return twice ^ (twice >>> 16);
};
