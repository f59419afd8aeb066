/** A host whose connections are tracked, with few free entries in its table, and its node_exporter. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { holdTable } from '@livekit-swarm/testkit/nft';
import { programOf } from '@livekit-swarm/testkit/requirements';
import type { Host } from './network.ts';
import { scratch } from './swarm.ts';

/** Longest time until a node_exporter answers, ms: the host may be busy. */
const READY_MS = 20_000;

/** A node_exporter on a host that answers; it ends with the host's network at the latest. */
export const exportHost = async (host: Host) => {
  const { through, address } = host;
  const exporter = await programOf('node-exporter');
  if (exporter === null) throw new Error('node_exporter is a requirement of this test');
  const [program, ...args] = [
    ...through,
    exporter,
    `--web.listen-address=${address}:9100`,
    ...['--collector.disable-defaults', '--collector.cpu', '--collector.meminfo'],
    '--collector.conntrack',
  ];
  const child = spawn(program, args, { stdio: 'ignore' });
  await once(child, 'spawn');
  const ended = once(child, 'exit');
  const url = `http://${address}:9100/metrics`;
  const end = async (): Promise<void> => {
    child.kill();
    await ended;
  };
  const deadline = performance.now() + READY_MS;
  while (!(await answers(host, url))) {
    if (child.exitCode === null && performance.now() < deadline) await sleep(100);
    else {
      await end();
      throw new Error(`${exporter} does not answer at ${url}`);
    }
  }
  return { url, [Symbol.asyncDispose]: end };
};

/** Returns true if an address answers in the network of its host. */
const answers = async (host: Host, url: string): Promise<boolean> => {
  try {
    await host.run(process.execPath, ['--input-type=module', '-e', `await fetch('${url}')`]);
    return true;
  } catch {
    return false;
  }
};

/** Timeouts of entries without packets: 10 to 300 s by default. Those of open connections stay. */
const SHORT_TIMEOUTS = [
  ...['udp_timeout', 'udp_timeout_stream'],
  ...['syn_sent', 'syn_recv', 'fin_wait', 'last_ack', 'close_wait', 'time_wait', 'close'].map(
    (state) => `tcp_timeout_${state}`,
  ),
  ...['tcp_timeout_max_retrans', 'tcp_timeout_unacknowledged'],
];

/**
 * Tracks the connections of a host, and fills the table up to a number of free entries. Each network namespace has a table of its own, of the size that
 * all of them have: other hosts are not concerned, and the entries go with the namespace. They are assured, so that the kernel does not drop them for
 * newer ones.
 */
export const trackConnections = async (host: Host, free: number) => {
  // Connections are tracked where a rule asks for their state.
  const table = await holdTable(
    host.through,
    'swarm_track',
    'chain in { type filter hook input priority 0; ct state new counter; }',
  );
  // Entries of flows that ended, or whose answers were dropped, make room for those of the next run.
  for (const timeout of SHORT_TIMEOUTS)
    await host.run('sysctl', ['-qw', `net.netfilter.nf_conntrack_${timeout}=5`]);
  const read = async (name: string): Promise<number> =>
    Number(await host.run('cat', [`/proc/sys/net/netfilter/nf_conntrack_${name}`]));
  const entries = Array.from(
    { length: (await read('max')) - (await read('count')) - free },
    (_, index) => {
      const from = `198.18.${(index >> 8) & 255}.${index & 255}`;
      const to = `198.19.0.${index >> 16}`;
      return `-A -p udp -s ${from} -d ${to} --sport 9 --dport 9 -t 3600 -u SEEN_REPLY,ASSURED`;
    },
  );
  const dir = scratch();
  mkdirSync(dir, { recursive: true });
  const file = join(dir, 'entries');
  writeFileSync(file, `${entries.join('\n')}\n`);
  await host.run('conntrack', ['--load-file', file]);
  return { [Symbol.asyncDispose]: table.release };
};
