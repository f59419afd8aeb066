import { SwarmError } from '@livekit-swarm/settings';
import type { ContainerInspectInfo } from 'dockerode';
import type { Engine } from '../docker/engine.ts';
import type { Component, ExpiryController } from '../platform.ts';
import { CHECK_ENGINE, engineScript, isEngineStep, SIGNAL_ON_ENGINE } from './engine-script.ts';

/** Label of the waiting container; its value is the injection. */
const LABEL = 'swarm.expiry';
const READY_WITHIN_MS = 15_000;

/**
 * Makes automatic rollbacks for engines on another host: a container there waits, and then rolls
 * back with the docker command of that host. It has the image of the component, which the engine
 * has in any case, and is root on that host, as are all users of the engine.
 * @param find returns a component's container
 */
export const expiryOnEngine = (
  engine: Engine,
  find: (component: Pick<Component, 'name'>) => Promise<ContainerInspectInfo | null>,
): Required<ExpiryController> => ({
  missingCapability: async (component, steps) => {
    const { name } = component;
    if (!steps.every(isEngineStep))
      return `the engine cannot roll back what is done on the host of ${name}`;
    return (await find(component)) === null ? `container "${name}" not found` : null;
  },
  arm: async ({ id, afterMs, components }) => {
    const found = await Promise.all(
      components.map(async ({ component, steps }) => {
        const info = await find(component);
        if (info === null)
          throw new SwarmError('expiry_unavailable', `container "${component.name}" not found`);
        return { info, component, steps };
      }),
    );
    const [first] = found;
    if (first === undefined) return [];
    const script = engineScript(
      found.map(({ info, component, steps }) => ({
        container: nameOf(info),
        component,
        steps,
      })),
    );
    const seconds = String(Math.max(1, Math.ceil(afterMs / 1_000)));
    const since = new Date();
    const container = await engine.run({
      Image: first.info.Image,
      Labels: { [LABEL]: id },
      Entrypoint: ['sh', '-c', WAIT],
      Cmd: [
        ...[first.info.Id, seconds, CHECK_ENGINE, script],
        ...found.map(({ info }) => nameOf(info)),
      ],
      HostConfig: HOST_CONFIG,
    });
    const answer = await engine.findInLog(
      container,
      since,
      /^.*(found|missing: .+)/m,
      READY_WITHIN_MS,
    );
    if (answer?.[1] === 'found') return ['waiting_container'];
    await engine.remove(container);
    throw new SwarmError(
      'expiry_unavailable',
      `the automatic rollback cannot be armed on the engine: ${answer?.[1]?.replace('missing: ', '') ?? `the image of ${first.component.name} has no sh, sleep and nsenter`}`,
      'run swarm on the host of the engine, or accept that only this host can roll back: --without-expiry',
    );
  },
  beginDrain: async (id, component, signal) => {
    const info = await find(component);
    // A container that was removed does not drain.
    if (info === null) return false;
    const [waiting] = await engine.list(`${LABEL}=${id}`);
    const code =
      waiting === undefined
        ? null
        : await engine.exec(waiting.Id, [
            ...['sh', '-c', MARK, nameOf(info), SIGNAL_ON_ENGINE, info.Id, signal],
          ]);
    if (code === 0) return true;
    throw new SwarmError(
      'expiry_unavailable',
      `the automatic rollback on the engine does not know that ${component.name} drains: it has begun, or was removed`,
      'the node was not signalled; run the drill again',
    );
  },
  hasBegunDrain: async (id, component) => {
    const info = await find(component);
    const [waiting] = await engine.list(`${LABEL}=${id}`);
    if (info === null) return false;
    // Without the container, nothing shows whether the rollback in it has ended the nodes that drain.
    if (waiting === undefined) return null;
    return (await engine.exec(waiting.Id, ['test', '-e', markOf(nameOf(info))])) === 0;
  },
  disarm: async (id) => {
    for (const { Id } of await engine.list(`${LABEL}=${id}`)) await engine.remove(Id);
  },
});

const nameOf = ({ Name }: ContainerInspectInfo): string => Name.replace(/^\//, '');

/** Folder in the waiting container that every image has and may write to. */
const MARKS = '/dev/shm';
/** File that notes that the drain of a container has begun. */
const markOf = (container: string): string => `${MARKS}/drained-${container}`;
/**
 * Script that notes that the drain of container $0 has begun, and begins it by script $1 on the host
 * with ID $2 and signal $3. It makes a file, unless the rollback has made it before; so there is no
 * note without the signal, although the connection fails meanwhile.
 */
const MARK = `
(set -C; : > "${markOf('$0')}") || exit 1
nsenter --target 1 --mount --net --pid -- sh -c "$1" sh "$2" "$3" && exit 0
rm -f "${markOf('$0')}"
exit 1`;

/** Configuration with the permissions that nsenter needs to reach the host. */
const HOST_CONFIG = {
  AutoRemove: true,
  PidMode: 'host',
  NetworkMode: 'none',
  CapAdd: ['SYS_ADMIN', 'SYS_CHROOT', 'SYS_PTRACE'],
  SecurityOpt: ['apparmor=unconfined', 'seccomp=unconfined'],
};

/**
 * Script of the waiting container: $0 is a container of the engine, $1 the time in seconds, $2 the
 * check, $3 the rollback; the others are names of containers. A drain has begun where the file is
 * there already; where it was not, none begins any more.
 */
const WAIT = `
on_host() { nsenter --target 1 --mount --net --pid -- sh -c "$1" sh "$2" "$3"; }
nsenter --target 1 --mount --net --pid -- sh -n -c "$3" || { echo "missing: its script does not parse there"; exit 1; }
on_host "$2" "$0" || exit 1
sleep "$1"
script=$3
shift 3
drained=' '
for name; do
  mark=${markOf('$name')}
  (set -C; : > "$mark") 2> /dev/null || { [ -e "$mark" ] && drained="$drained$name "; }
done
on_host "$script" "$0" "$drained"`;
