import { EXIT_CODES } from '@livekit-swarm/settings';
import { BUSY_HEAD, busyRows, readBusyRuns } from '../../bench/busy-runs.ts';
import { factsOf, GENERATOR_FAULTS, SERVER_FAULTS } from '../../e2e/support/planted-faults.ts';
import { code, generatedFrom, table } from './markdown.ts';

const rows = (faults: typeof GENERATOR_FAULTS | typeof SERVER_FAULTS): string =>
  table(
    ['fault', 'planted', 'verdict', 'exit', 'cause in the result'],
    factsOf(faults).map(([name, { planted, outcome, findings = [], reasons = [], error }]) => [
      name,
      planted,
      outcome === 'unreachable' ? 'failed: unreachable' : outcome,
      String(EXIT_CODES[outcome].code),
      [...findings, ...reasons, ...(error === undefined ? [] : [error])].map(code).join(', ') ||
        '–',
    ]),
  );

/** Section on busy hosts; empty without the results of bench/busy-verdicts.ts. */
const busySection = (): string => {
  const runs = readBusyRuns();
  return runs.length === 0
    ? ''
    : `
## On a busy host

${runs.length} runs of 20 rooms for 7 s on two cores, beside 0, 1, 2 and 4 programs that use all the CPU they get, with the thresholds that every run has and
${code('packet_loss_before_recovery: rate<0.01')}. The same records are judged before and after the decision in [ADR 13](adr/0013-busy-is-not-wrong.md): passed / inconclusive / failed. A
healthy server may pass, and must not fail; the other two must never pass. Measured with ${code('node bench/busy-verdicts.ts')}.

${table(BUSY_HEAD, busyRows(runs))}
`;
};

/** Page docs/planted-faults.md. */
export const plantedFaultsPage = (): string => `${generatedFrom('e2e/support/planted-faults.ts')}

# Planted faults

A load test that blames the server for a fault of the load generator is worse than none. So each fault below is planted into a whole run against a real livekit-server, by
[one test per row](../e2e/support/planted-fault-tests.ts) of ${code('npm run test:all')}. A row that a host cannot run (root, network namespaces, control groups) is skipped with
the reason. The rules of the verdict are in [ARCHITECTURE](ARCHITECTURE.md#honesty), all exit codes in [exit-codes.md](exit-codes.md).

## On the side of the load generator

The run is inconclusive, and the result names the cause: a health finding in ${code('generator.findings')}, or ${code('error.code')} where there was no run.

${rows(GENERATOR_FAULTS)}

Not planted: a suspended host (${code('host_suspended')}), because the host that tests run on cannot be suspended by a test.

What the kernel refuses is distinguished by its error code. Refused by this host: ${code('EPERM')} (firewall), ${code('ENOBUFS')} (full queue), ${code('ENETDOWN')}, ${code('ENETUNREACH')} (interface,
route). Reported by the other side: ${code('ECONNREFUSED')}, ${code('EHOSTUNREACH')}; these do not count against the load generator.

## On the side of the server

The same on the side of the deployment is a failure, never inconclusive.

${rows(SERVER_FAULTS)}
${busySection()}`;
