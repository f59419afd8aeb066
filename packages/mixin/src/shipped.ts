import { allAlerts } from './alerts/index.ts';
import { EXAMPLE_CAPACITY } from './capacity.ts';
import { type Names, namesOf } from './config/names.ts';
import { variantConfig } from './config/read-config.ts';
import { recordings } from './recordings.ts';
import type { Alert, Recording } from './rule.ts';

/** Names in `alerts/` and `dashboards/` of the repository: variant `default`. */
export const SHIPPED: Names = namesOf(variantConfig('default'));

/** All alerts with these names, the one on capacity included. */
export const ALERTS: readonly Alert[] = allAlerts(SHIPPED);
export const RECORDINGS: readonly Recording[] = recordings(SHIPPED, EXAMPLE_CAPACITY);
