import { gauge, type MetricFamily } from './entry.ts';

export const CHAOS_METRICS = {
  swarm_chaos_fault: gauge('1 while a fault is injected', {
    labels: ['drill', 'fault', 'target'],
    why: 'a drill must inject it',
  }),
} as const satisfies MetricFamily;
