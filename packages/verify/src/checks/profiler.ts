import { type Check, type CheckResult, found, passed } from '../check.ts';
import { isService, type OpenService } from '../facts/open-services.ts';
import { readBody } from './read-body.ts';

/** Of livekit-server in development mode, and of Go's own package. */
const PATHS = ['/debug/pprof/', '/debug/goroutine'] as const;

/** @param answers what each path of the signalling URL answers; null: nothing with status 200 */
export const profilerRule = (
  answers: ReadonlyMap<string, string | null>,
  services: readonly OpenService[],
): CheckResult => {
  const open = [
    ...[...answers].flatMap(([where, body]) =>
      body !== null && isService('profiler', body) ? [`${where} answers`] : [],
    ),
    ...services
      .filter(({ kind }) => kind === 'profiler')
      .map(({ address, port }) => `http://${address}:${port}/debug/pprof/ answers`),
  ];
  return open.length === 0 ? passed('no debug page is shown to users') : found('error', open);
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
    return profilerRule(answers, (await openServices()) ?? []);
  },
};
