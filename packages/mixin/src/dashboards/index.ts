import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import type { DashboardUid } from '../rule.ts';
import { chaosDashboard } from './chaos.ts';
import { clusterDashboard } from './cluster.ts';
import { infrastructureDashboard } from './infrastructure.ts';
import { mediaDashboard } from './media.ts';
import { probesDashboard } from './probes.ts';
import { roomsDashboard } from './rooms.ts';
import { runDashboard } from './run.ts';

/** Every dashboard, in the order of an investigation. */
export const dashboards = (): Record<DashboardUid, Dashboard> => ({
  // Is the deployment healthy? Which node is not?
  cluster: clusterDashboard(),
  // Which media quality do users receive?
  media: mediaDashboard(),
  // Which rooms and participants exist, and are there ghost rooms?
  rooms: roomsDashboard(),
  // Can two participants connect and receive media?
  probes: probesDashboard(),
  // How does a load test progress?
  run: runDashboard(),
  // Which effect does a fault have, and does the deployment recover?
  chaos: chaosDashboard(),
  // Do Redis and the load balancer work?
  infrastructure: infrastructureDashboard(),
});
