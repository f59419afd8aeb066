import { failureOfError } from '@livekit-swarm/livekit';
import type { ParticipantPlan } from '@livekit-swarm/scenario';
import { errorCodeOf, SwarmError } from '@livekit-swarm/settings';

const TIMEOUT_MS = 10_000;

/**
 * Asks each server of streams for any answer, so that an address that is wrong is one error before a
 * load. What it answers does not matter: OPTIONS need not be supported.
 * @throws SwarmError `unreachable`, `tls`, …
 */
export const reachStreams = async (
  participants: readonly Pick<ParticipantPlan, 'stream'>[],
): Promise<void> => {
  const urls = new Map(
    participants.flatMap(({ stream }) =>
      stream === undefined ? [] : [[new URL(stream.url).origin, stream.url]],
    ),
  );
  await Promise.all([...urls.values()].map(reach));
};

const reach = async (url: string): Promise<void> => {
  try {
    const { body } = await fetch(url, {
      method: 'OPTIONS',
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    await body?.cancel();
  } catch (error) {
    const { reason, message } = failureOfError(error, url);
    throw new SwarmError(
      errorCodeOf(reason),
      message,
      'check host and port of the endpoint, and that the server runs',
    );
  }
};
