import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  type AnnotationQuery,
  AnnotationQueryBuilder,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DATASOURCE } from './variables.ts';

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

/** From the moment a fault is injected until it is taken away. */
export const faults = (): Builder<AnnotationQuery> =>
  mark(
    'Faults',
    'red',
    'swarm_chaos_fault_active == 1',
    '{{fault}}',
    '{{drill}}: {{fault}} on {{target}}',
  );

/** The minute after a fault was taken away: whatever is not well then has not healed by itself. */
export const heals = (): Builder<AnnotationQuery> =>
  mark(
    'Heals',
    'green',
    '(max_over_time(swarm_chaos_fault_active[1m]) == 1) unless (swarm_chaos_fault_active == 1)',
    'healed: {{fault}}',
    '{{drill}}: {{fault}} on {{target}} is over',
  );

/** While an alert of ours fires. */
export const alerts = (): Builder<AnnotationQuery> =>
  mark(
    'Alerts',
    'orange',
    'ALERTS{alertname=~"LiveKit.+", alertstate="firing"}',
    '{{alertname}}',
    '{{severity}} {{instance}}{{target}}',
  );
