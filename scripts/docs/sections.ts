import { folderSettingsJsonSchema } from '../../packages/cli/src/folder-settings/schema.ts';
import { newerReleases } from '../compatibility/newer.ts';
import { compatibilityTable } from '../compatibility/table.ts';
import { claimsSection, flakySection } from '../evidence/page.ts';
import { actionInputs, actionOutputs } from './action-tables.ts';
import { chartValuesTable } from './chart-values.ts';
import { agentWorkerKeys, DRILL_TABLES } from './drill-keys.ts';
import { drillLibraryTable } from './drill-library.ts';
import { exitCodesTable } from './exit-codes-page.ts';
import { hostRulesTable } from './host-rules.ts';
import {
  checkoutCommands,
  packagesToday,
  quickStart,
  securityContact,
  statusBox,
  statusOnSite,
} from './install-commands.ts';
import { priceTable } from './price-table.ts';
import { runbookSections } from './runbook-sections.ts';
import { SCENARIO_TABLES } from './scenario-keys.ts';
import { schemaKeys } from './schema-keys.ts';
import { auditChecksTable, verifyChecksTable } from './verify-checks.ts';

/** Table of the keys of swarm.yaml. */
const folderSettingsTable = (): string => {
  const schema = folderSettingsJsonSchema();
  return schemaKeys(schema).keysOf(schema);
};

/** Generated sections of hand-written pages, between `<!-- NAME: … -->` and `<!-- /NAME -->`. */
export const SECTIONS: readonly {
  path: string;
  name: string;
  text: () => string;
  /** True: no blank lines around the text. */
  tight?: true;
}[] = [
  { path: 'README.md', name: 'status', text: statusBox, tight: true },
  { path: 'README.md', name: 'quick-start', text: quickStart },
  { path: 'docs/site/home.md', name: 'status', text: statusOnSite },
  {
    path: 'docs/site/home.md',
    name: 'commands',
    text: () => quickStart(undefined, '../get-started.md'),
  },
  { path: 'SECURITY.md', name: 'contact', text: securityContact },
  { path: 'docs/get-started.md', name: 'checkout', text: checkoutCommands },
  { path: 'docs/install.md', name: 'packages', text: packagesToday },
  { path: 'chaos/README.md', name: 'drills', text: drillLibraryTable },
  { path: 'packaging/helm/livekit-swarm/README.md', name: 'values', text: chartValuesTable },
  { path: 'docs/cost.md', name: 'prices', text: priceTable },
  { path: 'docs/your-deployment.md', name: 'host-rules', text: hostRulesTable },
  { path: 'docs/compatibility.md', name: 'newer', text: newerReleases },
  { path: 'examples/ci/README.md', name: 'inputs', text: actionInputs },
  { path: 'examples/ci/README.md', name: 'outputs', text: actionOutputs },
  {
    path: 'docs/troubleshooting.md',
    name: 'exit-codes',
    text: exitCodesTable,
  },
  { path: 'docs/environment.md', name: 'settings', text: folderSettingsTable },
  { path: 'docs/evidence.md', name: 'claims', text: claimsSection },
  { path: 'docs/evidence.md', name: 'flaky', text: flakySection },
  { path: 'docs/verify.md', name: 'checks', text: verifyChecksTable },
  { path: 'docs/audit.md', name: 'checks', text: auditChecksTable },
  { path: 'docs/compatibility.md', name: 'clients', text: compatibilityTable },
  ...runbookSections(),
  ...Object.entries(SCENARIO_TABLES).flatMap(([path, tables]) =>
    Object.entries(tables).map(([name, text]) => ({ path, name, text })),
  ),
  { path: 'docs/chaos-agents.md', name: 'keys-agent-workers', text: agentWorkerKeys },
  ...Object.entries(DRILL_TABLES).map(([name, text]) => ({
    path: 'docs/drill-file.md',
    name,
    text,
  })),
];

/**
 * Replaces the section of this name with `text`.
 * @throws Error when the page has no such section
 */
export const withSection = (page: string, name: string, text: string, tight = false): string => {
  const section = new RegExp(`(<!-- ${name}:[^>]*-->\\n)[\\s\\S]*?(<!-- /${name} -->)`);
  if (!section.test(page))
    throw new Error(`there is no section <!-- ${name}: … --> … <!-- /${name} -->`);
  return page.replace(section, (_all, open: string, close: string) =>
    tight ? `${open}${text}\n${close}` : `${open}\n${text}\n\n${close}`,
  );
};
