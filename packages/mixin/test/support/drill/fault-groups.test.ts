import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ALERTS } from '../../../src/shipped.ts';
import { alertKey } from '../alert-key.ts';
import { FAULT_GROUPS } from './fault-groups.ts';

/**
 * Alerts whose cause a test cannot or must not create: the network card of a cloud, a full
 * connection table, a busy neighbour of a virtual machine, an OOM kill, an egress or a SIP service. The deployment of these faults has no workers of
 * voice agents, and no stream of HLS. Promtool tests them.
 */
const NOT_CAUSED = [
  'LiveKitAgentAnswersSlow',
  'LiveKitAgentCallFailing',
  'LiveKitAgentJobsLost',
  'LiveKitAgentVersionsMixed',
  'LiveKitAgentWorkersDown',
  'LiveKitAgentWorkersFull',
  'LiveKitCloudAllowanceExceeded',
  'LiveKitConntrackHigh',
  'LiveKitCpuStolen',
  'LiveKitEgressUnavailable',
  'LiveKitFilesNearLimit',
  'LiveKitMediaPortsNearLimit',
  'LiveKitOomKill',
  'LiveKitSipUnavailable',
  'LiveKitStreamFailing',
];

test('every alert has a fault that causes it, or cannot be caused here', () => {
  const caused = FAULT_GROUPS.flat().flatMap(({ fires, stops = [] }) => [...fires, ...stops]);
  expect([...new Set([...caused, ...NOT_CAUSED])].toSorted()).toEqual(
    [...new Set(ALERTS.map(({ name, labels }) => alertKey(name, labels)))].toSorted(),
  );
});

test('docs/alerting.md lists the alerts that no fault causes', () => {
  const page = readFileSync(new URL('../../../../../docs/alerting.md', import.meta.url), 'utf8');
  const [, section = ''] = page.split('## Without a real fault');
  expect((section.match(/\bLiveKit[A-Z]\w+/g) ?? []).toSorted()).toEqual(NOT_CAUSED);
});
