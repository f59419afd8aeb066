/** A media file is not what it should be. The message names the fault and the byte or frame. */
export class MediaError extends Error {
  override readonly name: string = 'MediaError';
}

/** There is no such file, or it may not be read. */
export class UnreadableError extends MediaError {
  override readonly name = 'UnreadableError';
}
