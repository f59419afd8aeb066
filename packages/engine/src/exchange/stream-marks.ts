/** Topic of the streams of load tests. */
export const STREAM_TOPIC = 'swarm.stream';
/** Attribute of a stream: its beginning, Unix ms. */
export const SENT_AT = 'swarm.sentAt';
/** Attribute of a stream: SHA-256 of its contents, hexadecimal. */
export const HASH = 'swarm.sha256';

/** SHA-256 that is computed part by part. */
export interface Hash {
  update(bytes: Uint8Array): void;
  /** @returns hexadecimal */
  digest(): Promise<string>;
}
