import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  type AnnotationQuery,
  AnnotationQueryBuilder,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DATASOURCE } from './variables.ts';

/** Selector of the selected clusters. */
interface InCluster {
  inCluster: string;
}

const mark = (
  name: string,
  color: string,
  expr: string,
  title: string,
  text: string,
): Builder<AnnotationQuery> =>
  new AnnotationQueryBuilder()
    .name(name)
    .datasource(DATASOURCE)
    .enable(true)
    .iconColor(color)
    .expr(expr)
    .titleFormat(title)
    .textFormat(text)
    .step('10s');

/** Annotation of faults, from injection to rollback. */
export const faults = ({ inCluster }: InCluster): Builder<AnnotationQuery> =>
  mark(
    'Faults',
    'red',
    `livekit_swarm_chaos_fault_active{${inCluster}} == 1`,
    '{{fault}}',
    '{{drill}}: {{fault}} on {{target}}',
  );

/** Annotation of the minute after a rollback, in which the deployment should recover. */
export const rollbacks = ({ inCluster }: InCluster): Builder<AnnotationQuery> =>
  mark(
    'Rollbacks',
    'green',
    `(max_over_time(livekit_swarm_chaos_fault_active{${inCluster}}[1m]) == 1) unless (livekit_swarm_chaos_fault_active{${inCluster}} == 1)`,
    'rolled back: {{fault}}',
    '{{drill}}: {{fault}} on {{target}} was rolled back',
  );

/** Annotation of firing LiveKit alerts. */
export const alerts = ({ inCluster }: InCluster): Builder<AnnotationQuery> =>
  mark(
    'Alerts',
    'orange',
    `ALERTS{${inCluster}, alertname=~"LiveKit.+", alertstate="firing"}`,
    '{{alertname}}',
    '{{severity}} {{instance}}{{target}}',
  );

/** Annotation of nodes that started within the last minute: a deployment, a restart or a crash. */
export const starts = ({
  inCluster,
  livekit,
  node,
}: InCluster & { livekit: string; node: string }): Builder<AnnotationQuery> =>
  mark(
    'Node starts',
    'blue',
    `time() - process_start_time_seconds{${inCluster}, ${livekit}} < 60`,
    `{{${node}}} started`,
    'A deployment, a restart or a crash',
  );
