// `npm run compatibility`: checks every client with every pinned livekit-server, and writes the results for docs/compatibility.md (then `npm run docs`). `-- --client TEXT --server VERSION`: only these pairs; the results of others stay. `--installed`: with the versions of the last time.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { findBrowser } from '@livekit-swarm/engine/chromium';
import { checkPair } from './compatibility/check-pair.ts';
import {
  installBrowserClients,
  installedBrowserClients,
  nativeClient,
  rtcClient,
} from './compatibility/clients.ts';
import { type MeasuredPair, RESULTS, readResults } from './compatibility/table.ts';

const SERVERS = ['1.11.0', '1.13.4', '1.13.5'] as const;

const { values } = parseArgs({
  options: {
    client: { type: 'string' },
    server: { type: 'string' },
    installed: { type: 'boolean' },
  },
});
if (values.installed !== true) await installBrowserClients();
const clients = [...(await installedBrowserClients()), await rtcClient(), nativeClient];
const wanted = clients
  .filter(({ name }) => values.client === undefined || name.includes(values.client))
  .flatMap((client) => SERVERS.map((server) => ({ client, server })))
  .filter(({ server }) => values.server === undefined || values.server === server);

const keyOf = ({ client, server }: Pick<MeasuredPair, 'client' | 'server'>): string =>
  `${client} ${server}`;
const browser = execFileSync(findBrowser(process.env.SWARM_BROWSER) ?? 'chromium', ['--version'], {
  encoding: 'utf8',
});

for (const { client, server } of wanted) {
  const date = new Date().toISOString().slice(0, 10);
  const pair: MeasuredPair = { ...(await checkPair(client, server)), date };
  process.stdout.write(`${JSON.stringify(pair)}\n`);
  // Read again: another client may be checked at the same time.
  const known = new Map(readResults().pairs.map((one) => [keyOf(one), one]));
  known.set(keyOf(pair), pair);
  // In the order of the table; versions that are not tested any more are left out.
  const pairs = clients.flatMap(({ name }) =>
    SERVERS.flatMap((one) => known.get(keyOf({ client: name, server: one })) ?? []),
  );
  const written = { browser: /\S+ [\d.]+/.exec(browser)?.[0] ?? browser.trim(), pairs };
  writeFileSync(RESULTS, `${JSON.stringify(written, null, 2)}\n`);
}
// Native threads of clients would delay the end.
process.exit(0);
