import { PassThrough, Writable } from 'node:stream';
import type { Attach } from '@kubernetes/client-node';

/** Connection to the standard input and output of a container. */
export interface AttachedLines {
  send(line: string): void;
  close(): void;
}

/**
 * Attaches to a container, line by line.
 * @throws Error when the API server does not permit it, or the container does not run
 */
export const attachLines = async (
  attach: Pick<Attach, 'attach'>,
  { namespace, pod, container }: { namespace: string; pod: string; container: string },
  on: { line(text: string): void; closed(): void },
): Promise<AttachedLines> => {
  const input = new PassThrough();
  let rest = '';
  const output = new Writable({
    write: (chunk, _encoding, done) => {
      const lines = `${rest}${chunk}`.split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) on.line(line);
      done();
    },
  });
  const socket = await attach.attach(namespace, pod, container, output, null, input, false);
  socket.onclose = () => on.closed();
  // An error is followed by the end of the connection.
  socket.onerror = () => {};
  return {
    send: (line) => void input.write(`${line}\n`),
    close: () => socket.close(),
  };
};
