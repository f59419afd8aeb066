import { createHash, createHmac, randomBytes } from 'node:crypto';

/** Magic cookie, RFC 8489 §5. */
const COOKIE = 0x2112a442;
const HEADER = 20;

/** Methods of RFC 8656, as request types. */
export const METHODS = { allocate: 0x0003, refresh: 0x0004, createPermission: 0x0008 } as const;

export const ATTRIBUTES = {
  username: 0x0006,
  integrity: 0x0008,
  error: 0x0009,
  lifetime: 0x000d,
  peer: 0x0012,
  realm: 0x0014,
  nonce: 0x0015,
  transport: 0x0019,
} as const;

export type Attribute = readonly [type: number, value: Buffer];

/** Credentials that a server requires before it answers, RFC 8489 §9.2. */
export interface LongTermKey {
  username: string;
  realm: string;
  nonce: Buffer;
  credential: string;
}

export interface StunResponse {
  transaction: string;
  /** Code of an error response; null: success. */
  code: number | null;
  attributes: ReadonlyMap<number, Buffer>;
}

/** Encodes a request; with a key, it is signed. */
export const encodeRequest = (
  method: number,
  attributes: readonly Attribute[],
  key: LongTermKey | null,
): { transaction: string; bytes: Buffer } => {
  const transaction = randomBytes(12);
  const all: Attribute[] = [...attributes];
  if (key !== null)
    all.push(
      [ATTRIBUTES.username, Buffer.from(key.username)],
      [ATTRIBUTES.realm, Buffer.from(key.realm)],
      [ATTRIBUTES.nonce, key.nonce],
    );
  const body = Buffer.concat(all.map(encodeAttribute));
  const unsigned = Buffer.concat([header(method, body.length, transaction), body]);
  if (key === null) return { transaction: transaction.toString('hex'), bytes: unsigned };
  // RFC 8489 §14.5: the length in the signed header includes the signature.
  unsigned.writeUInt16BE(body.length + 24, 2);
  const secret = createHash('md5')
    .update(`${key.username}:${key.realm}:${key.credential}`)
    .digest();
  const signature = createHmac('sha1', secret).update(unsigned).digest();
  return {
    transaction: transaction.toString('hex'),
    bytes: Buffer.concat([unsigned, encodeAttribute([ATTRIBUTES.integrity, signature])]),
  };
};

const header = (method: number, length: number, transaction: Buffer): Buffer => {
  const bytes = Buffer.alloc(HEADER);
  bytes.writeUInt16BE(method, 0);
  bytes.writeUInt16BE(length, 2);
  bytes.writeUInt32BE(COOKIE, 4);
  transaction.copy(bytes, 8);
  return bytes;
};

const encodeAttribute = ([type, value]: Attribute): Buffer => {
  const bytes = Buffer.alloc(4 + padded(value.length));
  bytes.writeUInt16BE(type, 0);
  bytes.writeUInt16BE(value.length, 2);
  value.copy(bytes, 4);
  return bytes;
};

const padded = (length: number): number => (length + 3) & ~3;

/**
 * XOR-PEER-ADDRESS of an IPv4 address, RFC 8489 §14.2; the port has no meaning for a permission.
 */
export const peerAddress = (address: string): Attribute => {
  const value = Buffer.alloc(8);
  value.writeUInt8(1, 1);
  value.writeUInt16BE(9 ^ (COOKIE >>> 16), 2);
  for (const [index, part] of address.split('.').entries())
    value.writeUInt8(Number(part) ^ ((COOKIE >>> (24 - index * 8)) & 0xff), 4 + index);
  return [ATTRIBUTES.peer, value];
};

/** Length of the first message in a stream, bytes; null: its header is incomplete. */
export const messageLength = (bytes: Buffer): number | null =>
  bytes.length < HEADER ? null : HEADER + bytes.readUInt16BE(2);

/**
 * Decodes a response.
 * @returns null if the bytes are not a response
 */
export const decodeResponse = (bytes: Buffer): StunResponse | null => {
  if (bytes.length < HEADER || bytes.readUInt32BE(4) !== COOKIE) return null;
  const kind = bytes.readUInt16BE(0) & 0x0110;
  if (kind !== 0x0100 && kind !== 0x0110) return null;
  const end = Math.min(bytes.length, HEADER + bytes.readUInt16BE(2));
  const attributes = new Map<number, Buffer>();
  for (let at = HEADER; at + 4 <= end; ) {
    const length = bytes.readUInt16BE(at + 2);
    if (at + 4 + length > end) break;
    attributes.set(bytes.readUInt16BE(at), bytes.subarray(at + 4, at + 4 + length));
    at += 4 + padded(length);
  }
  const error = attributes.get(ATTRIBUTES.error);
  const code =
    error !== undefined && error.length >= 4 ? error.readUInt8(2) * 100 + error.readUInt8(3) : 0;
  return {
    transaction: bytes.subarray(8, 20).toString('hex'),
    code: kind === 0x0110 ? code : null,
    attributes,
  };
};
