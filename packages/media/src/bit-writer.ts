/** Writes numbers of any width in bits, most significant bit first. */
export class BitWriter {
  #bits: number[] = [];

  /** Writes f(n) of the AV1 bitstream specification (§4.10.2). */
  write(value: number, bits: number): void {
    for (let bit = bits - 1; bit >= 0; bit -= 1) this.#bits.push((value >> bit) & 1);
  }

  /**
   * Writes ns(n) of the AV1 bitstream specification (§4.10.7): `value` is below `limit`, which need
   * not be a power of two.
   */
  writeBelow(value: number, limit: number): void {
    const width = Math.floor(Math.log2(limit)) + 1;
    const short = 2 ** width - limit;
    if (value < short) this.write(value, width - 1);
    else this.write(value + short, width);
  }

  /** Returns whole bytes, the last one padded with zeros. */
  bytes(): Uint8Array {
    const bytes = new Uint8Array(Math.ceil(this.#bits.length / 8));
    for (const [index, bit] of this.#bits.entries())
      bytes[index >> 3] = (bytes[index >> 3] ?? 0) | (bit << (7 - (index & 7)));
    return bytes;
  }
}
