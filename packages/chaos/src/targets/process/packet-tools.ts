import { runHere } from './run-here.ts';

/** What is tried, in a network namespace that is gone when the try is over. */
const TRY = `
table inet swarm_try {
  chain arriving {
    type filter hook input priority -10; policy accept;
    ip daddr 127.0.0.1 udp dport 5000-5001 numgen random mod 100 < 50 counter drop
  }
}
`;

let known: Promise<string | null> | undefined;

/** Null when packets can be dropped on this machine by rules of our own; else why not, in a sentence. Tried once. */
export const packetRulesUnavailableReason = (): Promise<string | null> => {
  known ??= tryOut();
  return known;
};

const tryOut = async (): Promise<string | null> => {
  if (process.platform !== 'linux') return 'nftables exist on Linux only';
  if (process.getuid?.() !== 0) return 'rules for packets need root: run this as root';
  const { code, stderr } = await runHere(['unshare', '--net', 'nft', '--file', '-'], TRY);
  if (code === 0) return null;
  if (code === 127)
    return 'there is no nft (or no unshare) on this machine: install nftables and util-linux';
  return `nftables cannot drop packets here: ${stderr.trim().split('\n')[0] ?? 'nft gave no reason'}`;
};
