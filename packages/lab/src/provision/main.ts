/** `node main.ts VERSION…`: gets these versions of livekit-server ready; for the setup, which runs it beside other builds. */
import { LabError } from '../lab-error.ts';
import { LIVEKIT_VERSIONS } from '../versions.ts';
import { provisionLiveKit } from './provision.ts';

const abort = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => abort.abort());
const say = (line: string): void => void process.stderr.write(`setup: ${line}\n`);

const provide = async (wanted: string): Promise<void> => {
  const version = LIVEKIT_VERSIONS.find((known) => known === wanted);
  if (version === undefined)
    throw new LabError('no-server', `no livekit-server ${wanted} is pinned here`, `pinned: ${LIVEKIT_VERSIONS.join(', ')}`);
  await provisionLiveKit({ version, onProgress: say, signal: abort.signal });
};

try {
  for (const wanted of process.argv.slice(2)) await provide(wanted);
} catch (error) {
  if (!abort.signal.aborted) say(error instanceof LabError ? `${error.message}\n\nWhat to do: ${error.hint}\n` : String(error));
  process.exitCode = 1;
}
