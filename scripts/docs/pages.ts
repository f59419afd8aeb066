import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { capacityJsonSchema, costModelJsonSchema } from '@livekit-swarm/analysis/capacity';
import { drillJsonSchema } from '@livekit-swarm/chaos/drill';
import { FAULTS } from '@livekit-swarm/chaos/faults';
import { autoscalerJsonSchema, scalerJsonSchema } from '@livekit-swarm/chaos/scale';
import { priceBookJsonSchema, timetableJsonSchema } from '@livekit-swarm/cost';
import { exporterJsonSchema } from '@livekit-swarm/exporter';
import { regionFileJsonSchema } from '@livekit-swarm/ready';
import { resultJsonSchema } from '@livekit-swarm/report';
import { comparisonJsonSchema } from '@livekit-swarm/report/comparison';
import { drillResultJsonSchema } from '@livekit-swarm/report/drill';
import { scenarioJsonSchema } from '@livekit-swarm/scenario';
import { folderSettingsJsonSchema } from '../../packages/cli/src/folder-settings/schema.ts';
import { root } from '../release/packages.ts';
import { busyIsNotWrongPage } from './busy-is-not-wrong-page.ts';
import { chaosFaultsPage } from './chaos-faults-page.ts';
import { commandsPage } from './commands-page.ts';
import { exitCodesPage } from './exit-codes-page.ts';
import { exporterMetricsPage } from './exporter-metrics-page.ts';
import { ACTION_EXAMPLES, releasesPage, withAction } from './install-commands.ts';
import { metricsPage } from './metrics-page.ts';
import { importPages } from './package-imports.ts';
import { plantedFaultsPage } from './planted-faults-page.ts';
import { reportsPage } from './reports-page.ts';
import { reverseProxyPage } from './reverse-proxy-page.ts';

/** Generated pages, by path in the checkout. */
export const PAGES: Readonly<Record<string, () => string | Promise<string>>> = {
  ...importPages(),
  ...Object.fromEntries(
    ACTION_EXAMPLES.map((path) => [path, () => withAction(readFileSync(join(root, path), 'utf8'))]),
  ),
  'docs/adr/0013-busy-is-not-wrong.md': busyIsNotWrongPage,
  'docs/chaos-faults.md': chaosFaultsPage,
  'docs/commands.md': commandsPage,
  'docs/exit-codes.md': exitCodesPage,
  'docs/exporter-metrics.md': exporterMetricsPage,
  'docs/how-to/reverse-proxy.md': reverseProxyPage,
  'docs/metrics.md': metricsPage,
  'docs/planted-faults.md': plantedFaultsPage,
  'docs/releases.md': () => releasesPage(),
  'docs/reports.md': reportsPage,
  'packages/chaos/schema/drill.schema.json': () =>
    `${JSON.stringify(drillJsonSchema(FAULTS), null, 2)}\n`,
  'packages/chaos/schema/autoscaler.schema.json': () =>
    `${JSON.stringify(autoscalerJsonSchema(), null, 2)}\n`,
  'packages/chaos/schema/scaler.schema.json': () =>
    `${JSON.stringify(scalerJsonSchema(), null, 2)}\n`,
  'packages/cli/schema/swarm.schema.json': () =>
    `${JSON.stringify(folderSettingsJsonSchema(), null, 2)}\n`,
  'packages/cost/schema/prices.schema.json': () =>
    `${JSON.stringify(priceBookJsonSchema(), null, 2)}\n`,
  'packages/cost/schema/timetable.schema.json': () =>
    `${JSON.stringify(timetableJsonSchema(), null, 2)}\n`,
  'packages/ready/schema/regions.schema.json': () =>
    `${JSON.stringify(regionFileJsonSchema(), null, 2)}
`,
  'packages/report/schema/capacity.schema.json': () =>
    `${JSON.stringify(capacityJsonSchema(), null, 2)}\n`,
  'packages/report/schema/cost-model.schema.json': () =>
    `${JSON.stringify(costModelJsonSchema(), null, 2)}\n`,
  'packages/report/schema/drill-result.schema.json': () =>
    `${JSON.stringify(drillResultJsonSchema(), null, 2)}\n`,
  'packages/scenario/schema/scenario.schema.json': () =>
    `${JSON.stringify(scenarioJsonSchema(), null, 2)}\n`,
  'packages/exporter/schema/exporter.schema.json': () =>
    `${JSON.stringify(exporterJsonSchema(), null, 2)}\n`,
  'packages/report/schema/comparison.schema.json': () =>
    `${JSON.stringify(comparisonJsonSchema(), null, 2)}\n`,
  'packages/report/schema/result.schema.json': () =>
    `${JSON.stringify(resultJsonSchema(), null, 2)}\n`,
};
