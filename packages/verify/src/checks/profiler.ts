import { type Check, type CheckResult, found, passed } from '../check.ts';
import { isService, notSearched, type OpenService } from '../facts/open-services.ts';
import { readBody } from './read-body.ts';

/**
 * Paths of the profiler: that of livekit-server in development mode, and that of Go's own package.
 */
const PATHS = ['/debug/pprof/', '/debug/goroutine'] as const;

/**
 * Result of the check.
 * @param answers answer of each path of the signalling URL; null: no answer with status 200
 */
export const profilerRule = (
  answers: ReadonlyMap<string, string | null>,
  services: readonly OpenService[] | null,
): CheckResult => {
  const open = [
    ...[...answers].flatMap(([where, body]) =>
      body !== null && isService('profiler', body) ? [`${where} answers`] : [],
    ),
    ...(services ?? [])
      .filter(({ kind }) => kind === 'profiler')
      .map(({ address, port }) => `http://${address}:${port}/debug/pprof/ answers`),
  ];
  return open.length === 0
    ? passed('no debug page is shown to users', ...notSearched(services))
    : found('error', open);
};

export const profiler: Check = {
  id: 'profiler',
  title: 'Debug pages do not answer users',
  severities: ['error'],
  cause:
    'livekit-server runs in development mode (development: true, --dev), or a profiler is published (debug_handler.port, 7070): strangers can read its memory and slow it down',
  fix: 'remove development: true and --dev, and close the port of the profiler (debug_handler.port)',
  needs: ['tls'],
  run: async ({ url, openServices }) => {
    const answers = new Map<string, string | null>();
    for (const path of PATHS)
      answers.set(`${url.http}${path}`, await readBody(`${url.http}${path}`));
    return profilerRule(answers, await openServices());
  },
};
