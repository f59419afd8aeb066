/** A DNS server (RFC 1035) for one test, and what makes a command use it: a mount namespace with its own resolver settings. */
import { createSocket, type RemoteInfo } from 'node:dgram';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** For each question about an IPv4 address, counted from 1. */
export type NameAnswer = 'address' | 'servfail' | 'nxdomain';

export interface NameServer extends AsyncDisposable {
  /** Prefix of a command that asks this server. */
  readonly through: readonly string[];
}

/** The resolver of the C library asks port 53 only. No other program listens on this address. */
const ADDRESS = '127.53.53.53';
const TYPE_A = 1;
const CODES: Record<NameAnswer, number> = { address: 0, servfail: 2, nxdomain: 3 };

/** Answers questions about any name with 127.0.0.1, or with an error. Needs root. @param dir for the settings of the resolver */
export const startNameServer = async (
  dir: string,
  answer: (question: number) => NameAnswer,
): Promise<NameServer> => {
  const socket = createSocket('udp4');
  let asked = 0;
  let current: NameAnswer = 'address';
  socket.on('message', (query: Buffer, { address, port }: RemoteInfo) => {
    const end = query.indexOf(0, 12) + 5;
    const isAboutIPv4 = query.readUInt16BE(end - 4) === TYPE_A;
    // The question about IPv6 belongs to the one about IPv4, and follows it.
    if (isAboutIPv4) current = answer(++asked);
    socket.send(answerTo(query.subarray(0, end), current, isAboutIPv4), port, address);
  });
  socket.bind(53, ADDRESS);
  await once(socket, 'listening');
  const resolv = join(dir, 'resolv.conf');
  const nsswitch = join(dir, 'nsswitch.conf');
  writeFileSync(resolv, `nameserver ${ADDRESS}\noptions timeout:1 attempts:1\n`);
  writeFileSync(nsswitch, 'hosts: files dns\n');
  const mount =
    'mount --bind "$0" /etc/resolv.conf && mount --bind "$1" /etc/nsswitch.conf && shift && exec "$@"';
  return {
    through: ['unshare', '--mount', 'sh', '-c', mount, resolv, nsswitch],
    [Symbol.asyncDispose]: async () => {
      socket.close();
      await once(socket, 'close');
    },
  };
};

/** @param question the query up to the end of its only question */
const answerTo = (question: Buffer, answer: NameAnswer, withAddress: boolean): Buffer => {
  const response = Buffer.from(question);
  // A response, with recursion available, RFC 1035 §4.1.1.
  response.writeUInt16BE(0x8180 | CODES[answer], 2);
  const answers = answer === 'address' && withAddress ? 1 : 0;
  response.writeUInt16BE(1, 4);
  response.writeUInt16BE(answers, 6);
  response.writeUInt32BE(0, 8);
  // The name is that of the question; type A, class IN, 0 s to live, four bytes.
  const record = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, 127, 0, 0, 1]);
  return answers === 0 ? response : Buffer.concat([response, record]);
};
