/** Drills of the library that real tests execute, by the file of the test. */
export const EXECUTED = {
  'kill-node.smoke.test.ts': ['kill-room-node-fast-relay'],
  'kill-node.measured.test.ts': ['kill-room-node'],
  'changes.long.test.ts': [
    'add-node',
    'certificate-expiry',
    'load-balancer-reload',
    'remove-node',
    'renew-certificate',
  ],
  'access-changes.long.test.ts': ['change-dns', 'rotate-keys'],
  'library-drills.measured.test.ts': ['blackhole-3s', 'blackhole-8s', 'no-fault'],
  'library-drills.long.test.ts': [
    'forced-stop',
    'graceful-stop',
    'hang-10s',
    'kill-other-node',
    'load-balancer-restart',
    'node-full',
    'packet-loss-2pct',
    'radio-room-node',
    'redis-outage-5s',
    'redis-partition-30s',
    'room-full',
    'simultaneous-first-join',
    'subscription-limit',
    'turn-kill',
    'turn-kill-no-fallback',
  ],
  'redis-drills.long.test.ts': ['redis-full', 'redis-restore', 'redis-slow'],
  'site-loss.long.test.ts': ['site-loss', 'site-loss-dns'],
  'agent-drills.long.test.ts': [
    'agent-job-kill',
    'agent-job-kill-again',
    'agent-worker-hang',
    'agent-worker-kill',
    'agent-worker-kill-again',
    'agent-worker-partition',
    'agent-worker-slow',
    'agent-worker-stop',
    'agent-workers-full',
    'agent-workers-roll',
  ],
  'redis-sentinel-drills.long.test.ts': [
    'redis-sentinel-failover',
    'redis-sentinel-kill',
    'redis-sentinel-lost-writes',
    'redis-sentinel-partition',
    'redis-sentinel-split',
  ],
} as const;

/**
 * Drills of the library that no test executes, by the executed drill whose fault and load they
 * share: they last longer, or differ in a setting of the server or of participants.
 */
export const VARIANTS: Readonly<Record<string, string>> = {
  'blackhole-20s': 'blackhole-8s',
  'forced-stop-sdk': 'forced-stop',
  'hang-20s': 'hang-10s',
  'hang-40s': 'hang-10s',
  'kill-room-node-alerts': 'kill-room-node',
  'redis-outage-10s': 'redis-outage-5s',
  'redis-outage-10s-aof': 'redis-outage-5s',
  'redis-outage-60s': 'redis-outage-5s',
  'redis-outage-60s-sdk': 'redis-outage-5s',
};
