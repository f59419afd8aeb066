import { randomInt } from 'node:crypto';
import { networkInterfaces } from 'node:os';
import { requireProgram } from '@livekit-swarm/lab';
import { SwarmError } from '@livekit-swarm/settings';
import { execa } from 'execa';

/**
 * Separate bridge of the lab, with the node's address, to which pods are connected. No route leads
 * to it.
 */
export interface PodNetwork {
  /** Name of the bridge, and of the network for the CNI plugins. */
  name: string;
  /** First three numbers of all addresses: `10.213.7`. */
  prefix: string;
  /** Address of the node. */
  address: string;
}

/** Plans a network that this host does not use. @throws SwarmError `no_network` */
export const planPodNetwork = (
  name: string,
  taken: readonly string[] = ownAddresses(),
): PodNetwork => {
  const first = randomInt(256);
  for (let step = 0; step < 256; step++) {
    const prefix = `10.213.${(first + step) % 256}`;
    if (!taken.some((address) => address.startsWith(`${prefix}.`)))
      return { name, prefix, address: `${prefix}.1` };
  }
  throw new SwarmError(
    'no_network',
    'this host has an address in each of 10.213.0.0/24 to 10.213.255.0/24',
    'free one of them',
  );
};

const ownAddresses = (): string[] =>
  Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => address));

/** @throws SwarmError `no_program`, `no_network` */
export const makeBridge = async ({ name, address }: PodNetwork): Promise<void> => {
  const ip = await requireProgram(['ip'], 'iproute2');
  for (const args of [
    ['link', 'add', name, 'type', 'bridge'],
    ['address', 'add', `${address}/24`, 'dev', name],
    ['link', 'set', name, 'up'],
  ]) {
    const { failed, stderr } = await execa(ip, args, { reject: false, timeout: 10_000 });
    if (failed)
      throw new SwarmError(
        'no_network',
        `ip ${args.join(' ')}: ${stderr}`,
        'run as root on a Linux with bridges',
      );
  }
};

/** Removes the bridge with its connections; no effect without one. */
export const removeBridge = async (name: string): Promise<void> => {
  const ip = await requireProgram(['ip'], 'iproute2');
  const { stdout } = await execa(ip, ['-o', 'link', 'show', 'master', name], {
    reject: false,
    timeout: 10_000,
  });
  const plugged = [...stdout.matchAll(/^\d+: (\w+)@/gm)].map(([, link = '']) => link);
  for (const link of [...plugged, name])
    await execa(ip, ['link', 'delete', link], { reject: false, timeout: 10_000 });
};

/**
 * Renders the network configuration of the runtime (CNI specification 0.4.0). The bridge exists
 * already, so that no plugin changes settings of the host.
 */
export const cniConfig = ({ name, prefix, address }: PodNetwork, dataDir: string): string =>
  JSON.stringify(
    {
      cniVersion: '0.4.0',
      name,
      plugins: [
        {
          type: 'bridge',
          bridge: name,
          isGateway: false,
          ipMasq: false,
          hairpinMode: true,
          ipam: {
            type: 'host-local',
            dataDir,
            ranges: [
              [
                {
                  subnet: `${prefix}.0/24`,
                  rangeStart: `${prefix}.10`,
                  rangeEnd: `${prefix}.250`,
                  gateway: address,
                },
              ],
            ],
            routes: [{ dst: '0.0.0.0/0' }],
          },
        },
      ],
    },
    null,
    2,
  );
