import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import type { DashboardUid } from '../rule.ts';
import { chaosDashboard } from './chaos.ts';
import { clusterDashboard } from './cluster.ts';
import { infrastructureDashboard } from './infrastructure.ts';
import { mediaDashboard } from './media.ts';
import { probesDashboard } from './probes.ts';
import { roomsDashboard } from './rooms.ts';
import { runDashboard } from './run.ts';

/** Every dashboard, in the order to look at them when something is wrong. */
export const dashboards = (): Record<DashboardUid, Dashboard> => ({
  // Is it well? Where not?
  cluster: clusterDashboard(),
  // What do people hear and see?
  media: mediaDashboard(),
  // Who comes and goes, and what is left behind?
  rooms: roomsDashboard(),
  // Can two people call each other?
  probes: probesDashboard(),
  // What does a load test do?
  run: runDashboard(),
  // What does a fault do, and does it heal?
  chaos: chaosDashboard(),
  // What stands around LiveKit?
  infrastructure: infrastructureDashboard(),
});
