import { fileURLToPath } from 'node:url';
import { siblingModule } from '@livekit-swarm/host';
import type { Component, ExpiryController, RollbackStep } from '../platform.ts';
import { runHere } from '../process/local-host.ts';
import { quoteAll } from '../ssh/quote.ts';
import { armTimer, disarmTimer } from './timer.ts';

/**
 * Makes automatic rollbacks for targets on this host: at its time, a separate process rolls back
 * like `swarm chaos rollback`, from a copy of one journal entry.
 * @param missing returns the reason for which a component's processes are not on this host; null:
 * they are
 */
export const expiryOnThisHost = (
  missing: (component: Component) => Promise<string | null> = async () => null,
): ExpiryController => ({
  missingCapability: async (component, steps) =>
    whyNoPassword(component, steps) ??
    (process.platform === 'linux'
      ? missing(component)
      : 'the automatic rollback on the target needs Linux'),
  arm: async ({ id, afterMs, entry }) => {
    const program = fileURLToPath(siblingModule(import.meta.url, '../../journal/expire'));
    return [
      await armTimer(
        runHere,
        id,
        afterMs,
        `exec ${quoteAll(['env', ...environment(), process.execPath, program, JSON.stringify(entry)])}`,
      ),
    ];
  },
  disarm: (id) => disarmTimer(runHere, id),
});

/** Reason for which a separate process could not log in to Redis; null: it could, or need not. */
const whyNoPassword = ({ kind, name }: Component, steps: readonly RollbackStep[]): string | null =>
  kind === 'redis' &&
  process.env.REDISCLI_AUTH !== undefined &&
  steps.some(({ step }) => step === 'rollback')
    ? `it needs the password of ${name} (REDISCLI_AUTH), which is not put into a command line`
    : null;

/**
 * Variables by which labs and programs are found; no secrets, because they would be in the command
 * line.
 */
const environment = (): string[] =>
  ['PATH', 'HOME', 'XDG_CACHE_HOME', 'XDG_STATE_HOME'].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [`${name}=${value}`];
  });
