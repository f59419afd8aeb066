/** Stream that a command writes to: process.stdout, process.stderr, or a stream of a test. */
export interface OutputStream extends NodeJS.WritableStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
}

/** Streams and variables of a command. Results go to stdout, progress to stderr. */
export interface Console {
  stdout: OutputStream;
  stderr: OutputStream;
  env: NodeJS.ProcessEnv;
}

/** NO_COLOR and FORCE_COLOR as everywhere; else colours are for terminals. */
export const wantsColor = (
  flag: boolean,
  stream: OutputStream,
  env: NodeJS.ProcessEnv,
): boolean => {
  if (!flag || (env.NO_COLOR ?? '') !== '') return false;
  if ((env.FORCE_COLOR ?? '') !== '') return env.FORCE_COLOR !== '0';
  return stream.isTTY === true && env.TERM !== 'dumb';
};

const watched = new WeakSet<OutputStream>();

/** Resolves when the text was accepted: a process that ends earlier truncates its results. */
export const write = async (stream: OutputStream, text: string): Promise<void> => {
  await tryWrite(stream, text);
};

/** Writes as `write` does; resolves to the error when the text was not accepted. */
export const tryWrite = (stream: OutputStream, text: string): Promise<Error | null> => {
  // An error without a listener ends the process, and may be emitted again after its write.
  if (!watched.has(stream)) stream.on('error', () => {});
  watched.add(stream);
  return new Promise((resolve) => {
    stream.write(text, (error) => resolve(error ?? null));
  });
};

/** The reader has closed the pipe (`swarm | head`): not an error of this program. */
export const isReaderGone = (error: Error): boolean => 'code' in error && error.code === 'EPIPE';
