import { createSocket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { isIPv6 } from 'node:net';

/**
 * The address that the operating system would send from to reach `host`: connecting a UDP socket asks its routing table and sends nothing.
 * A loopback host gives a loopback address.
 * @throws Error when the name does not resolve or no route leads there
 */
export const localAddressTowards = async (host: string): Promise<string> => {
  const { address } = await lookup(host.replace(/^\[|\]$/g, ''));
  const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      // Any port: the discard service's, which nothing is sent to.
      socket.connect(9, address, resolve);
    });
    return socket.address().address;
  } finally {
    socket.close();
  }
};
