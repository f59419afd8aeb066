import { runHere } from './run-here.ts';

/** Tried in a temporary network namespace. */
const TRY = `
table inet swarm_try {
  chain arriving {
    type filter hook input priority -10; policy accept;
    ip daddr 127.0.0.1 udp dport 5000-5001 numgen random mod 100 < 50 counter drop
  }
}
`;

let known: Promise<string | null> | undefined;

/** Null when packets can be dropped on this host; else why not. Tried once. */
export const packetRulesUnavailableReason = (): Promise<string | null> => {
  known ??= tryOut();
  return known;
};

const tryOut = async (): Promise<string | null> => {
  if (process.platform !== 'linux') return 'nftables exist on Linux only';
  if (process.getuid?.() !== 0) return 'rules for packets need root: run this as root';
  const { code, stderr } = await runHere(['unshare', '--net', 'nft', '--file', '-'], TRY);
  if (code === 0) return null;
  if (code === 127) return 'nft or unshare not found on this host: install nftables and util-linux';
  return `nftables cannot drop packets here: ${stderr.trim().split('\n')[0] ?? 'nft gave no reason'}`;
};
