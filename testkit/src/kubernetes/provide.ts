import { provideProgram } from '@livekit-swarm/lab';
import { SwarmError } from '@livekit-swarm/settings';
import { buildTraefik, findTraefik } from '../traefik.ts';
/**
 * `node provide.ts check`: reports what this host lacks for a Kubernetes cluster, without building
 * anything. `node provide.ts build`: builds the programs of Kubernetes, the server of metrics, and Traefik, ahead of the tests
 * that need them.
 */
import { expectKubernetesHere } from './needs.ts';
import { EXTERNAL_METRICS, provideKubernetes } from './programs.ts';

const abort = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => abort.abort());
const report = (line: string): void => void process.stderr.write(`setup: ${line}\n`);

try {
  if (process.argv[2] === 'check') await expectKubernetesHere();
  else {
    const options = { onProgress: report, signal: abort.signal };
    await provideKubernetes(options);
    await provideProgram(EXTERNAL_METRICS, process.env[EXTERNAL_METRICS.pathVariable], options);
    // For tests behind its Ingress.
    if ((await findTraefik()) === null) await buildTraefik(report, abort.signal);
  }
} catch (error) {
  if (!abort.signal.aborted)
    report(
      error instanceof SwarmError
        ? `${error.message}\n\nWhat to do: ${error.hint}\n`
        : String(error),
    );
  process.exitCode = 1;
}
