/** A media file is not what it should be. The message says what is wrong and at which byte or frame. */
export class MediaError extends Error {
  override readonly name: string = 'MediaError';
}
