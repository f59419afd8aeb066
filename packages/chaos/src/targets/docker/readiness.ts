import { setTimeout as sleep } from 'node:timers/promises';
import { SwarmError } from '@livekit-swarm/settings';
import { type ContainerComponent, networkOf, portsOfComponent } from './container.ts';
import type { Engine } from './engine.ts';
import { listensAt, processHere } from './process-here.ts';

const READY_WITHIN_MS = 90_000;
const POLL_MS = 50;
/** Restarts by the engine after which a container will not become ready. */
const MAX_RESTARTS = 3;

/**
 * Resolves when the health check succeeds; without one, when the ports listen and a node has
 * reported its ID, as far as both are visible.
 * @throws SwarmError `not_ready`
 */
export const untilReady = async (
  engine: Engine,
  component: ContainerComponent,
  nodeId: () => Promise<string | null>,
): Promise<void> => {
  const { id, name } = component;
  const deadline = performance.now() + READY_WITHIN_MS;
  let restarts: number | null = null;
  for (;;) {
    const info = await engine.inspect(id);
    if (info === null) throw new SwarmError('not_ready', `${name} was removed while it started`);
    restarts ??= info.RestartCount;
    const {
      Running: running,
      Restarting: restarting,
      Health: health,
      ExitCode: code,
      Pid: pid,
    } = info.State;
    if (!running && !restarting) {
      throw new SwarmError(
        'not_ready',
        `${name} exited right after its start, with code ${code}`,
        `see "docker logs ${name}"`,
      );
    }
    if (running && health !== undefined && health.Status !== 'none') {
      if (health.Status === 'healthy') return;
    } else if (running) {
      const here = processHere(id, pid);
      // In a shared network, only labels assign ports to containers.
      const ports =
        (networkOf(info) === 'own' ? component.settings : portsOfComponent(component, info))?.tcp ??
        [];
      const listens = ports.every((port) => here === null || listensAt(here, port) !== false);
      if (listens && (component.settings.kind !== 'node' || (await nodeId()) !== null)) return;
    }
    if (info.RestartCount - restarts >= MAX_RESTARTS)
      throw new SwarmError(
        'not_ready',
        `${name} exits again and again after its start, last with code ${code}`,
        `see "docker logs ${name}"`,
      );
    if (performance.now() > deadline) {
      const how = health === undefined ? 'ready' : `healthy (it is ${health.Status})`;
      throw new SwarmError(
        'not_ready',
        `${name} was not ${how} within ${READY_WITHIN_MS / 1_000} s`,
        `see "docker logs ${name}"`,
      );
    }
    await sleep(POLL_MS);
  }
};
