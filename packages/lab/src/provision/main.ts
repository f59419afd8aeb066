import { SwarmError } from '@livekit-swarm/settings';
/**
 * Command that provides programs for the setup, which runs it in parallel with other builds.
 *
 * `node main.ts VERSION…`: provides these versions of livekit-server.
 * `node main.ts k6`, `node main.ts ingress`: provides that program and prints its path.
 */
import { LIVEKIT_VERSIONS } from '../versions.mjs';
import { provideIngress, provideK6, provisionLiveKit } from './provision.ts';

const abort = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => abort.abort());
const say = (line: string): void => void process.stderr.write(`setup: ${line}\n`);

const OTHERS = new Map([
  ['k6', provideK6],
  ['ingress', provideIngress],
]);

const provide = async (wanted: string): Promise<void> => {
  const options = { onProgress: say, signal: abort.signal };
  const other = OTHERS.get(wanted);
  if (other !== undefined) return void process.stdout.write(`${(await other(options)).path}\n`);
  const version = LIVEKIT_VERSIONS.find((known) => known === wanted);
  if (version === undefined)
    throw new SwarmError(
      'no_program',
      `no livekit-server ${wanted} is pinned here`,
      `pinned: ${LIVEKIT_VERSIONS.join(', ')}`,
    );
  await provisionLiveKit({ version, ...options });
};

try {
  for (const wanted of process.argv.slice(2)) await provide(wanted);
} catch (error) {
  if (!abort.signal.aborted)
    say(
      error instanceof SwarmError
        ? `${error.message}\n\nWhat to do: ${error.hint}\n`
        : String(error),
    );
  process.exitCode = 1;
}
