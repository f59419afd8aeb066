/** What a command may write to; results and progress never mix. */
export interface Console {
  stdout: NodeJS.WriteStream;
  stderr: NodeJS.WriteStream;
  env: NodeJS.ProcessEnv;
}

/** NO_COLOR and FORCE_COLOR as everywhere; else colours are for terminals. */
export const wantsColor = (
  flag: boolean,
  stream: NodeJS.WriteStream,
  env: NodeJS.ProcessEnv,
): boolean => {
  if (!flag || (env.NO_COLOR ?? '') !== '') return false;
  if ((env.FORCE_COLOR ?? '') !== '') return env.FORCE_COLOR !== '0';
  return stream.isTTY === true && env.TERM !== 'dumb';
};

const watched = new WeakSet<NodeJS.WriteStream>();

/** Resolves when the text was taken: a process that ends before that cuts its own results off. */
export const write = async (stream: NodeJS.WriteStream, text: string): Promise<void> => {
  await tryWrite(stream, text);
};

/** The same for those who want to know: with the error when the text was not taken. */
export const tryWrite = (stream: NodeJS.WriteStream, text: string): Promise<Error | null> => {
  // An error without a listener ends the process. It may come again, after the write that it belongs to.
  if (!watched.has(stream)) stream.on('error', () => {});
  watched.add(stream);
  return new Promise((resolve) => {
    stream.write(text, (error) => resolve(error ?? null));
  });
};

/** The reader has closed the pipe (`swarm | head`): not an error of this program. */
export const isReaderGone = (error: Error): boolean => 'code' in error && error.code === 'EPIPE';
