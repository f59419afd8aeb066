import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { deploymentAt, isJoin, joinBySignal } from '@livekit-swarm/livekit';
import { type Check, type CheckResult, found, passed, skipped, unknown } from '../check.ts';

const TIMEOUT_MS = 6_000;
/**
 * Time limit of the command, ms. With the time of watching it stays below the minute after which
 * livekit-server removes participants without media.
 */
const COMMAND_MS = 40_000;
/**
 * Time of watching after the command, ms. A proxy ends its old connections within seconds, or after
 * a configured time, for which the check does not wait.
 */
const WATCH_MS = 5_000;
/**
 * Pause between joins, ms. They have no media, so the server counts them as failed: they must be
 * few.
 */
const PAUSE_MS = 1_000;
/** Variables of this program that the command does not receive. */
const SECRETS = ['LIVEKIT_API_SECRET', 'LIVEKIT_API_KEY', 'SWARM_TOKEN', 'REDISCLI_AUTH'];

export interface ReloadFacts {
  /**
   * Time from the start of the command to the end of the connection, ms; null: it was still open at
   * the end.
   */
  endedAfterMs: number | null;
  why: string;
  joins: number;
  /** Messages of failed joins. */
  failures: readonly string[];
  watchedMs: number;
}

export const reloadRule = ({
  endedAfterMs,
  why,
  joins,
  failures,
  watchedMs,
}: ReloadFacts): CheckResult => {
  const evidence = [
    ...(endedAfterMs === null
      ? []
      : [
          `the reload closed a signal connection after ${(endedAfterMs / 1_000).toFixed(1)} s: ${why}`,
        ]),
    ...(failures.length === 0
      ? []
      : [`${failures.length} of ${joins} joins failed meanwhile: ${failures[0]}`]),
  ];
  return evidence.length > 0
    ? found('error', evidence)
    : passed(
        `a signal connection stayed open, and ${joins} joins succeeded, for ${(watchedMs / 1_000).toFixed(0)} s from the reload on`,
      );
};

export const reload: Check = {
  id: 'reload',
  title: 'A reload of the proxy keeps signal connections open',
  severities: ['error'],
  cause:
    'The proxy restarts instead of reloading, or ends its old connections soon after: each change of its configuration or certificate makes all users reconnect at once',
  fix: 'reload, do not restart, and let old connections live as long as calls. haproxy: no hard-stop-after; nginx: no worker_shutdown_timeout; Kubernetes: terminationGracePeriodSeconds of the ingress',
  needs: ['websocket'],
  run: async ({ makeRoom, tokenFor }, { access, reloadCommand, signal }) => {
    if (reloadCommand === null)
      return skipped('give the command that reloads your proxy: --reload "systemctl reload nginx"');
    const deployment = deploymentAt(access.url, 'v0');
    const room = await makeRoom();
    const held = await joinBySignal(deployment, tokenFor(room, 'swarm-verify'), TIMEOUT_MS);
    if (!isJoin(held)) return unknown(held.message);
    const began = performance.now();
    const elapsedMs = (): number => performance.now() - began;
    let end: { afterMs: number; why: string } | null = null;
    void held.ended.then(({ message: why }) => {
      end ??= { afterMs: elapsedMs(), why };
    });
    let problem: string | null | undefined;
    void runCommand(reloadCommand, signal).then((ended) => {
      problem = ended;
    });
    const failures: string[] = [];
    let joins = 0;
    let doneAtMs = Number.POSITIVE_INFINITY;
    while (!signal.aborted && elapsedMs() < doneAtMs) {
      if (problem !== undefined && doneAtMs === Number.POSITIVE_INFINITY)
        doneAtMs = elapsedMs() + WATCH_MS;
      if (typeof problem === 'string') break;
      const joined = await joinBySignal(
        deployment,
        tokenFor(room, `swarm-reload-${joins++}`),
        TIMEOUT_MS,
      );
      if (isJoin(joined)) joined.connection.close();
      else failures.push(joined.message);
      await sleep(PAUSE_MS);
    }
    const watchedMs = elapsedMs();
    const closed = end as { afterMs: number; why: string } | null;
    held.connection.close();
    if (signal.aborted) return unknown('interrupted');
    if (typeof problem === 'string') return unknown(`the command of --reload ${problem}`);
    return reloadRule({
      endedAfterMs: closed?.afterMs ?? null,
      why: closed?.why ?? '',
      joins,
      failures,
      watchedMs,
    });
  },
};

/**
 * Runs the command. Its output may contain secrets and is not shown.
 * @returns the reason of its failure; null: it succeeded
 */
const runCommand = (command: string, signal: AbortSignal): Promise<string | null> =>
  new Promise((resolve) => {
    const over = AbortSignal.any([signal, AbortSignal.timeout(COMMAND_MS)]);
    const env = Object.fromEntries(
      Object.entries(process.env).filter(([name]) => !SECRETS.includes(name)),
    );
    // A process group of its own, so that processes started by the shell end with it.
    const child = spawn('sh', ['-c', command], { stdio: 'ignore', detached: true, env });
    const stop = (): void => {
      resolve(`did not end within ${COMMAND_MS / 1_000} s`);
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
      } catch {
        // The process group has already ended.
      }
    };
    over.addEventListener('abort', stop, { once: true });
    child.once('error', ({ message }) => resolve(`failed: ${message}`));
    child.once('exit', (code, killed) => {
      over.removeEventListener('abort', stop);
      resolve(code === 0 ? null : `ended with ${killed ?? `exit code ${code}`}`);
    });
  });
