import { MediaError } from './media-error.ts';

/** Reader of Ogg pages and packets (RFC 3533) in a file with one logical stream. */

const HEADER_BYTES = 27;
const CONTINUED = 0x01;
const FIRST = 0x02;
const LAST = 0x04;
/** Lacing value of a segment whose packet continues in the next segment. */
const LACING_FULL = 255;

interface OggPage {
  /** Offset of the page in the file, bytes. */
  at: number;
  flags: number;
  serial: number;
  sequence: number;
  segments: Uint8Array;
  body: Uint8Array;
  end: number;
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let remainder = index << 24;
  for (let bit = 0; bit < 8; bit += 1)
    remainder = (remainder << 1) ^ (remainder & 0x80000000 ? 0x04c11db7 : 0);
  return remainder;
});

/** Checksum of a page, its own four bytes counted as zero (RFC 3533 §6, field 7). */
export const oggChecksum = (page: Uint8Array): number => {
  let crc = 0;
  for (const [index, byte] of page.entries()) {
    const counted = index >= 22 && index < 26 ? 0 : byte;
    crc = (crc << 8) ^ (CRC_TABLE[((crc >>> 24) ^ counted) & 0xff] ?? 0);
  }
  return crc >>> 0;
};

const readPage = (file: Uint8Array, at: number): OggPage => {
  const wrong = (what: string): MediaError => new MediaError(`the Ogg page at byte ${at} ${what}`);
  if (at + HEADER_BYTES > file.length) throw wrong('is truncated in its header');
  const view = new DataView(file.buffer, file.byteOffset + at, file.length - at);
  if (view.getUint32(0) !== 0x4f676753) throw wrong('does not begin with "OggS"');
  if (view.getUint8(4) !== 0) throw wrong(`has version ${view.getUint8(4)}; only 0 exists`);
  const bodyAt = at + HEADER_BYTES + view.getUint8(26);
  const segments = file.subarray(at + HEADER_BYTES, bodyAt);
  const end = bodyAt + segments.reduce((sum, lacing) => sum + lacing, 0);
  if (bodyAt > file.length || end > file.length)
    throw wrong(`is truncated: it should end at byte ${end}, the file has ${file.length}`);
  if (oggChecksum(file.subarray(at, end)) !== view.getUint32(22, true))
    throw wrong('fails its checksum');
  return {
    at,
    flags: view.getUint8(5),
    serial: view.getUint32(14, true),
    sequence: view.getUint32(18, true),
    segments,
    body: file.subarray(bodyAt, end),
    end,
  };
};

function* pagesOf(file: Uint8Array): Generator<OggPage> {
  let serial: number | undefined;
  let sequence = 0;
  let page: OggPage | undefined;
  for (let at = 0; at < file.length; at = page.end) {
    page = readPage(file, at);
    serial ??= page.serial;
    if (page.serial !== serial)
      throw new MediaError(
        `the Ogg page at byte ${at} belongs to a second stream; only one is read`,
      );
    if (page.sequence !== sequence)
      throw new MediaError(
        `the Ogg page at byte ${at} is number ${page.sequence} instead of ${sequence}`,
      );
    if ((sequence === 0) !== ((page.flags & FIRST) !== 0))
      throw new MediaError(
        `the Ogg page at byte ${at} is wrong about being the first of its stream`,
      );
    sequence += 1;
    yield page;
  }
  if (page === undefined) throw new MediaError('the file is empty; an Ogg file begins with "OggS"');
  if ((page.flags & LAST) === 0)
    throw new MediaError(
      `the file ends after byte ${page.end} without the last page of its stream`,
    );
}

/**
 * Reads the packets of an Ogg file, in order.
 * @throws MediaError if a page is truncated, damaged, missing, or of a second stream, or the file
 * ends too early
 */
export const readOggPackets = (file: Uint8Array): Uint8Array[] => {
  const packets: Uint8Array[] = [];
  let open: Uint8Array[] = [];
  for (const page of pagesOf(file)) {
    if (open.length > 0 !== ((page.flags & CONTINUED) !== 0))
      throw new MediaError(`the Ogg page at byte ${page.at} is wrong about continuing a packet`);
    let start = 0;
    for (let end = 0, segment = 0; segment < page.segments.length; segment += 1) {
      const lacing = page.segments[segment] ?? 0;
      end += lacing;
      const isEndOfPage = segment === page.segments.length - 1;
      if (lacing === LACING_FULL && !isEndOfPage) continue;
      open.push(page.body.subarray(start, end));
      start = end;
      if (lacing === LACING_FULL) continue;
      packets.push(
        open.length === 1 && open[0] ? open[0] : Uint8Array.from(open.flatMap((part) => [...part])),
      );
      open = [];
    }
  }
  if (open.length > 0) throw new MediaError(`the file ends inside packet ${packets.length}`);
  return packets;
};
