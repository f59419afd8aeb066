/** What a command may write to; results and progress never mix. */
export interface Console {
  stdout: NodeJS.WriteStream;
  stderr: NodeJS.WriteStream;
  env: NodeJS.ProcessEnv;
}

/** NO_COLOR and FORCE_COLOR as everywhere; else colours are for terminals. */
export const wantsColor = (flag: boolean, stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv): boolean => {
  if (!flag || (env.NO_COLOR ?? '') !== '') return false;
  if ((env.FORCE_COLOR ?? '') !== '') return env.FORCE_COLOR !== '0';
  return stream.isTTY === true && env.TERM !== 'dumb';
};

/** Resolves when the text was taken: a process that ends before that cuts its own results off. */
export const write = (stream: NodeJS.WriteStream, text: string): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      stream.off('error', done);
      resolve();
    };
    // Nobody reads any more (`swarm | head`): that is no error of ours.
    stream.once('error', done);
    stream.write(text, done);
  });
