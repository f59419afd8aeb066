/**
 * Process of one session of `swarm regions`. It is in a network namespace of its own, and so is
 * everything that it starts. It ends with the process that started it, however that one ends.
 */
import { EXIT_CODES, swarmErrorOf } from '@livekit-swarm/settings';
import type { FromRegions, ToRegions } from './messages.ts';
import { runRegionSession } from './session.ts';

const stop = new AbortController();

const end = (message: FromRegions): void => {
  process.send?.(message, () => process.exit(EXIT_CODES.passed.code));
};

process.on('message', (message: ToRegions) => {
  if (message.type === 'stop') return stop.abort();
  runRegionSession(
    message.session,
    (progress) => process.send?.({ type: 'progress', progress } satisfies FromRegions),
    stop.signal,
  ).then(
    (facts) => end({ type: 'ended', facts }),
    (error: unknown) => {
      const { code, message: text, hint } = swarmErrorOf(error);
      end({ type: 'failed', code, message: text, hint });
    },
  );
});
// Servers and workers end with this process, and the namespaces with the last of them.
process.on('disconnect', () => process.exit(EXIT_CODES.interrupted.code));
process.on('SIGINT', () => {});
