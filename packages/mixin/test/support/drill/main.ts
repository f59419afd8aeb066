/**
 * `npm run alerts:real`: makes the faults that the shipped alerts are about, on a deployment of its own, and shows when each alert came to a webhook.
 *
 * `--scale 30` (default) divides every duration of the rules; `--scale 1` takes them as they are shipped. `--only killed,redis` plays those alone.
 * `--json` prints everything as JSON. Exit code 1: an alert did not come, or one came that should not have.
 */
import { parseArgs } from 'node:util';
import { provisionLiveKit } from '@livekit-swarm/lab';
import { startWatched } from './deployment.ts';
import { runAgainInside, whyNoOwnNetwork } from './own-network.ts';
import { paceOf } from './pace.ts';
import { play, type Row, type Story } from './play.ts';
import { SCENES } from './scenes.ts';

const EXIT_SIGNAL = 130;

const { values } = parseArgs({
  options: {
    scale: { type: 'string', default: '30' },
    only: { type: 'string' },
    json: { type: 'boolean', default: false },
    /** Said by ourselves: we are in a network of our own. */
    inside: { type: 'boolean', default: false },
  },
});

const usage = (message: string): never => {
  console.error(message);
  process.exit(2);
};

const showRow = ({ alert, fault, seconds, resolvedSeconds }: Row): string => {
  const time = (value: Row['seconds']): string => {
    if (value === null) return 'did not come';
    return typeof value === 'number' ? `${value.toFixed(1)} s` : value.replace('-', ' ');
  };
  return `| ${alert} | ${fault} | ${time(seconds)} | ${resolvedSeconds === null ? '' : time(resolvedSeconds)} |`;
};

const show = ({ rows, wrong }: Story): void => {
  console.log('| alert | fault | fires after | taken back after |\n| --- | --- | ---: | ---: |');
  for (const row of rows) console.log(showRow(row));
  for (const { alert, during, description } of wrong)
    console.log(`\nwrong during ${during}: ${alert}: ${description}`);
};

const scale = Number(values.scale);
if (!(scale >= 1 && scale <= 60))
  usage(`--scale must be a number from 1 to 60, not ${values.scale}`);
const names = SCENES.flat().map(({ name }) => name);
const only = values.only?.split(',') ?? names;
const unknown = only.filter((name) => !names.includes(name));
if (unknown.length > 0)
  usage(`--only: there is no ${unknown.join(', ')}; there are ${names.join(', ')}`);

if (values.inside) {
  // Programs of the deployment end with us, and the network with them.
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => process.exit(EXIT_SIGNAL));
  const pace = paceOf(scale);
  const chosen = SCENES.map((scene) => scene.filter(({ name }) => only.includes(name))).filter(
    (scene) => scene.length > 0,
  );
  await using watched = await startWatched(pace);
  const story = await play({ watched, pace, scenes: chosen, say: (line) => console.error(line) });
  if (values.json) console.log(JSON.stringify(story));
  else show(story);
  const failed = story.rows.some(
    ({ seconds, mustResolve, resolvedSeconds }) =>
      seconds === null || (mustResolve && resolvedSeconds === null),
  );
  process.exitCode = failed || story.wrong.length > 0 ? 1 : 0;
} else {
  const why = await whyNoOwnNetwork();
  if (why !== null) usage(`the faults need a network of their own: ${why}`);
  // In there nothing can be fetched any more.
  await provisionLiveKit({});
  process.exitCode = await runAgainInside([
    import.meta.filename,
    '--inside',
    ...process.argv.slice(2),
  ]);
}
