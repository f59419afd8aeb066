import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { stringify } from 'yaml';
import { HEADER } from './render-rules.ts';

/** For Grafana's import, provisioning and HTTP interface. */
export const renderDashboard = (dashboard: Dashboard): string =>
  `${JSON.stringify(dashboard, null, 2)}\n`;

/** For Grafana's sidecar in Kubernetes, which loads whatever has this label. */
export const renderConfigMap = (dashboard: Dashboard): string => {
  const name = dashboard.uid;
  if (name === undefined) throw new Error(`the dashboard ${dashboard.title} has no uid`);
  const map = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name,
      labels: { 'app.kubernetes.io/name': 'livekit-swarm', grafana_dashboard: '1' },
    },
    // Compact: kubectl apply keeps a copy of the whole in an annotation, and those end at 256 KiB.
    data: { [`${name}.json`]: JSON.stringify(dashboard) },
  };
  return HEADER + stringify(map, { lineWidth: 0 });
};
