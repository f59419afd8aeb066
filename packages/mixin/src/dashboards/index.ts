import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import type { Names } from '../config/names.ts';
import type { DashboardUid } from '../rule.ts';
import { agentsDashboard } from './agents.ts';
import { chaosDashboard } from './chaos.ts';
import { clusterDashboard } from './cluster.ts';
import { infrastructureDashboard } from './infrastructure.ts';
import { mediaDashboard } from './media.ts';
import { nodeDashboard } from './node.ts';
import { probesDashboard } from './probes.ts';
import { roomsDashboard } from './rooms.ts';
import { runDashboard } from './run.ts';
import { scopeOf } from './shared.ts';
import { sloDashboard } from './slo.ts';

/** All dashboards, in the order of an investigation. */
export const dashboards = (names: Names): Record<DashboardUid, Dashboard> => {
  const scope = scopeOf(names);
  return {
    // Is the deployment healthy? Which node is not?
    cluster: clusterDashboard(scope),
    // What is wrong with this node?
    node: nodeDashboard(scope),
    // How much of the error budgets is left?
    slo: sloDashboard(scope),
    // Which media quality do users receive?
    media: mediaDashboard(scope),
    // Which rooms and participants exist, and are there ghost rooms?
    rooms: roomsDashboard(scope),
    // Can two participants connect and receive media?
    probes: probesDashboard(scope),
    // Do voice agents answer, and are there enough workers?
    agents: agentsDashboard(scope),
    // How does a load test progress?
    run: runDashboard(scope),
    // Which effect does a fault have, and does the deployment recover?
    chaos: chaosDashboard(scope),
    // Do Redis and the load balancer work?
    infrastructure: infrastructureDashboard(scope),
  };
};
