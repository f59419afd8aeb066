import type { Component, RollbackStep } from '../platform.ts';
import { quote } from '../ssh/quote.ts';
import { untilAllSucceed } from './until-all-succeed.ts';

/** Container that is a component, and the steps that remove a fault from it. */
export interface ContainerSteps {
  /** Name of the container. */
  container: string;
  component: Component;
  steps: readonly RollbackStep[];
}

/** Returns true for a step that the engine can take itself. */
export const isEngineStep = ({ step }: RollbackStep): boolean =>
  step !== 'run' && step !== 'rollback';

/**
 * Renders the steps as a program for /bin/sh on the host of an engine, which has the docker
 * command. It exits with 0 when every step has succeeded, and retries for half a minute. $2 has the
 * names of the containers whose drain has begun, with a blank before and after each.
 */
export const engineScript = (containers: readonly ContainerSteps[]): string => {
  const commands = containers.flatMap(({ container, component, steps }) =>
    steps.map((step) => `  { ${commandOf(step, quote(container), component)}; } || failed=1`),
  );
  return `${FIND_ENGINE}
state() { engine inspect --format "{{.State.$2}}" "$1" 2> /dev/null; }
drained=$2
${untilAllSucceed(commands)}`;
};

/** Script that finds the engine of container $1: several may run on a host. */
const FIND_ENGINE = `PATH="$PATH:/usr/local/bin:/usr/bin:/bin"; export PATH
unset DOCKER_HOST DOCKER_CONTEXT
socket=
for path in /var/run/docker.sock $(sed -n 's|.* \\(/.*docker.*\\.sock\\)$|\\1|p' /proc/net/unix | sort -u); do
  docker --host "unix://$path" inspect "$1" > /dev/null 2>&1 && socket=$path && break
done
engine() { docker --host "unix://$socket" "$@"; }`;

/**
 * Script that prints `found`, or the reason for which the docker command cannot reach the engine.
 */
export const CHECK_ENGINE = `${FIND_ENGINE}
command -v docker > /dev/null 2>&1 || { echo "missing: its host has no docker command"; exit 1; }
[ -n "$socket" ] || { echo "missing: no socket of the engine was found on its host"; exit 1; }
echo found
`;

/** Script that sends signal $2 to container $1; no effect on one that does not run. */
export const SIGNAL_ON_ENGINE = `${FIND_ENGINE}
engine kill --signal "$2" "$1" > /dev/null ||
  [ "$(engine inspect --format '{{.State.Running}}' "$1")" = false ]`;

const commandOf = (step: RollbackStep, name: string, { instance }: Component): string => {
  switch (step.step) {
    case 'run':
    case 'rollback':
      return 'false';
    case 'continue':
      return `[ "$(state ${name} Paused)" != true ] || engine unpause ${name}`;
    case 'start':
      return `engine start ${name} && sleep 2 && [ "$(state ${name} Running)" = true ]`;
    case 'terminate_instance':
    case 'terminate_drained': {
      const at = instance?.slice(instance.indexOf(':') + 1) ?? '';
      if (at === '') return 'true';
      const terminate = `[ "$(engine inspect --format '{{json .State.StartedAt}}' ${name})" != ${quote(JSON.stringify(at))} ] || engine stop --time 3 ${name}`;
      return step.step === 'terminate_instance'
        ? terminate
        : `case $drained in *' '${name}' '*) ${terminate} ;; esac`;
    }
  }
};
