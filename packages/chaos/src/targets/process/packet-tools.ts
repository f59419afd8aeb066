import { type Host, localHost } from './local-host.ts';

/** Script that tries nftables in a temporary network namespace. */
const TRY = `
table inet swarm_try {
  chain arriving {
    type filter hook input priority -10; policy accept;
    ip daddr 127.0.0.1 udp dport 5000-5001 numgen random mod 100 < 50 counter drop
  }
}
`;

/** Reason for which nftables cannot drop packets on the host; null: it can. */
export const whyNoPacketRules = async (host: Host, where: string): Promise<string | null> => {
  const { code, stderr } = await host.run(['unshare', '--net', 'nft', '--file', '-'], TRY);
  if (code === 0) return null;
  if (code === 127) return `nft or unshare not found on ${where}: install nftables and util-linux`;
  return `nftables cannot drop packets on ${where}: ${stderr.trim().split('\n')[0] ?? 'nft gave no reason'}`;
};

let known: Promise<string | null> | undefined;

/** Reason for which nftables cannot drop packets on this host, tried once; null: it can. */
export const whyNoLocalPacketRules = async (): Promise<string | null> => {
  if (process.platform !== 'linux') return 'nftables exist on Linux only';
  if (process.getuid?.() !== 0) return 'rules for packets need root: run this as root';
  known ??= whyNoPacketRules(localHost, 'this host');
  return known;
};
