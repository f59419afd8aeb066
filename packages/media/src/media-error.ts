/** A media file is not what it should be. The message says what is wrong and at which byte or frame, and, once the file is known, which file and what to do. */
export class MediaError extends Error {
  override readonly name: string = 'MediaError';
}
