import type { Notifier } from '@livekit-swarm/outputs';
import { notificationOf, type Outcome } from '@livekit-swarm/report';
import type { Console } from './console.ts';

/**
 * Opens the receivers of `--notify`; null without any. Their module is loaded on use.
 * @throws SwarmError `usage` for a receiver that cannot be used
 */
export const openNotifications = async (
  texts: readonly string[],
  env: Console['env'],
): Promise<Notifier | null> => {
  if (texts.length === 0) return null;
  const { openNotifier } = await import('@livekit-swarm/outputs');
  return openNotifier(texts, env);
};

/**
 * Sends the verdict of runs that have ended. The verdict stands, whatever a receiver does.
 * @param kill aborted: do not wait for receivers
 */
export const notifyEnded = async (
  notifier: Notifier | null,
  outcomes: readonly Outcome[],
  { kill, warn }: { kill: AbortSignal; warn: (line: string) => void },
): Promise<void> => {
  if (notifier === null || outcomes.length === 0) return;
  for (const failure of await notifier.notify(notificationOf(outcomes), kill))
    warn(`warning: ${failure}`);
};
