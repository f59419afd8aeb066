/**
 * `npm run alerts:real`: injects the faults that the included alerts cover into its own deployment,
 * and prints the arrival time of each alert at a webhook.
 *
 * `--scale 30` (default) divides every duration of the rules; `--scale 1` uses the original rules.
 * `--only killed,redis` selects faults. `--walk` runs the queries of each runbook while its alert
 * fires. `--quiet 60` waits for 60 s before the first fault. `--json` prints JSON. Exit code 1: an
 * alert did not fire, or a wrong one fired.
 */
import { parseArgs } from 'node:util';
import { provisionLiveKit } from '@livekit-swarm/lab';
import { startDeployment } from './deployment.ts';
import { FAULT_GROUPS } from './fault-groups.ts';
import { namespaceUnavailableReason, runInNamespace } from './network-namespace.ts';
import { paceOf } from './pace.ts';
import { type DrillResult, type Row, runFaults } from './run-faults.ts';

const EXIT_SIGNAL = 130;

const { values } = parseArgs({
  options: {
    scale: { type: 'string', default: '30' },
    only: { type: 'string' },
    json: { type: 'boolean', default: false },
    walk: { type: 'boolean', default: false },
    quiet: { type: 'string' },
    /** Internal: the process is already in its own network namespace. */
    inside: { type: 'boolean', default: false },
  },
});

const usage = (message: string): never => {
  console.error(message);
  process.exit(2);
};

const showRow = ({ alert, description, seconds, resolvedSeconds, walk }: Row): string => {
  const time = (value: Row['seconds']): string => {
    if (value === null) return 'did not fire';
    return typeof value === 'number' ? `${value.toFixed(1)} s` : value.replace('-', ' ');
  };
  const walked = walk === null ? '' : `${walk.queries - walk.empty.length} of ${walk.queries}`;
  return `| ${alert} | ${description} | ${time(seconds)} | ${resolvedSeconds === null ? '' : time(resolvedSeconds)} | ${walked} |`;
};

const show = ({ rows, wrong }: DrillResult): void => {
  console.log(
    '| alert | fault | fires after | resolved after | queries of the runbook with a result |\n| --- | --- | ---: | ---: | ---: |',
  );
  for (const row of rows) console.log(showRow(row));
  for (const { alert, walk } of rows)
    for (const query of walk?.empty ?? []) console.log(`no result for ${alert}: ${query}`);
  for (const { alert, during, description } of wrong)
    console.log(`\nwrong during ${during}: ${alert}: ${description}`);
};

const scale = Number(values.scale);
if (!(scale >= 1 && scale <= 60))
  usage(`--scale must be a number from 1 to 60, not ${values.scale}`);
const quiet = values.quiet === undefined ? null : Number(values.quiet);
if (quiet !== null && !(quiet >= 1))
  usage(`--quiet must be a number of seconds, not ${values.quiet}`);
const names = FAULT_GROUPS.flat().map(({ name }) => name);
const only = values.only?.split(',') ?? names;
const unknown = only.filter((name) => !names.includes(name));
if (unknown.length > 0)
  usage(`--only: unknown fault ${unknown.join(', ')}; available: ${names.join(', ')}`);

if (values.inside) {
  // The processes of the deployment end with this process, and the namespace with them.
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => process.exit(EXIT_SIGNAL));
  const pace = paceOf(scale);
  const chosen = FAULT_GROUPS.map((group) =>
    group.filter(({ name }) => only.includes(name)),
  ).filter((group) => group.length > 0);
  await using deployment = await startDeployment(pace);
  const result = await runFaults({
    deployment,
    pace,
    groups: chosen,
    quietMs: quiet === null ? null : quiet * 1_000,
    walk: values.walk,
    log: (line) => console.error(line),
  });
  if (values.json) console.log(JSON.stringify(result));
  else show(result);
  const failed = result.rows.some(
    ({ seconds, mustResolve, resolvedSeconds }) =>
      seconds === null || (mustResolve && resolvedSeconds === null),
  );
  process.exitCode = failed || result.wrong.length > 0 ? 1 : 0;
} else {
  const why = await namespaceUnavailableReason();
  if (why !== null) usage(`the faults need a network namespace: ${why}`);
  // Downloads are not possible inside the namespace.
  await provisionLiveKit({});
  process.exitCode = await runInNamespace([
    import.meta.filename,
    '--inside',
    ...process.argv.slice(2),
  ]);
}
