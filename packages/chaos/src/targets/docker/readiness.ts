import { setTimeout as sleep } from 'node:timers/promises';
import { SwarmError } from '@livekit-swarm/settings';
import { type ContainerComponent, networkOf, portsOfComponent } from './container.ts';
import type { Engine } from './engine.ts';
import { listensAt, processHere } from './process-here.ts';

const READY_WITHIN_MS = 90_000;
const POLL_MS = 50;

/**
 * Resolves when it is healthy, if it has a health check; else when it listens at its ports, and a node has told its id, as far as that can be seen.
 * @throws SwarmError `not_ready`
 */
export const untilReady = async (
  engine: Engine,
  part: ContainerComponent,
  nodeId: () => Promise<string | null>,
): Promise<void> => {
  const { id, name } = part;
  const deadline = performance.now() + READY_WITHIN_MS;
  for (;;) {
    const info = await engine.inspect(id);
    if (info === null) throw new SwarmError('not_ready', `${name} was removed while it started`);
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
        `${name} ended as soon as it was started, with exit code ${code}`,
        `see "docker logs ${name}"`,
      );
    }
    if (running && health !== undefined && health.Status !== 'none') {
      if (health.Status === 'healthy') return;
    } else if (running) {
      const here = processHere(id, pid);
      // Of those in a network of others, only labels say which ports are theirs.
      const ports =
        (networkOf(info) === 'own' ? part.settings : portsOfComponent(part, info))?.tcp ?? [];
      const listens = ports.every((port) => here === null || listensAt(here, port) !== false);
      if (listens && (part.settings.kind !== 'node' || (await nodeId()) !== null)) return;
    }
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
