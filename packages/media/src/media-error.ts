/** Error in a media file. The message names the fault, and the byte or frame. */
export class MediaError extends Error {
  override readonly name: string = 'MediaError';
}

/** A media file that does not exist or cannot be read. */
export class UnreadableError extends MediaError {
  override readonly name = 'UnreadableError';
}
