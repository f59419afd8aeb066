import type { Component, RollbackStep } from '../platform.ts';
import { quote, quoteAll } from '../ssh/quote.ts';
import { untilAllSucceed } from './until-all-succeed.ts';

/** Component that is a unit of systemd, and the steps that remove a fault from it. */
export interface UnitSteps {
  unit: string;
  component: Component;
  steps: readonly RollbackStep[];
}

/**
 * Renders the steps as a program for /bin/sh, for hosts without any part of swarm. It exits with 0
 * when every step has succeeded, and retries for half a minute.
 */
export const unitScript = (id: string, units: readonly UnitSteps[]): string => {
  const commands = units.flatMap(({ unit, component, steps }) =>
    steps.map(
      (step) => `  { ${commandOf(step, unit, component, drainMark(id, unit))}; } || failed=1`,
    ),
  );
  return `PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"; export PATH
started_at() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d ' ' -f 20; }
terminate() {
  for signal in TERM KILL; do
    [ "$(started_at "$1")" = "$2" ] || return 0
    kill "-$signal" "$1"
    for wait in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
      [ "$(started_at "$1")" = "$2" ] || return 0
      case $(sed 's/.*) //' "/proc/$1/stat" 2>/dev/null) in Z*) return 0 ;; esac
      sleep 0.2
    done
  done
  return 1
}
${untilAllSucceed(commands)}`;
};

/** File on the host of a unit whose drain has begun, for the script of the injection. */
const drainMark = (id: string, unit: string): string => `/run/swarm-drain-${id}-${unit}`;

/** Command that notes that the drain of a unit has begun. */
export const markDrain = (id: string, unit: string): string[] => [
  ...['sh', '-c', ': > "$0"', drainMark(id, unit)],
];

/** Command that removes the notes on drains of an injection. */
export const forgetDrains = (id: string): string[] => [
  ...['sh', '-c', 'rm -f "/run/swarm-drain-$0-"*', id],
];

/** Time after which a started process is considered stable, s. */
const STAYS_S = 2;

const commandOf = (
  step: RollbackStep,
  unit: string,
  { instance }: Component,
  mark: string,
): string => {
  switch (step.step) {
    case 'run':
      return quoteAll(step.argv);
    case 'rollback':
      return 'false';
    case 'continue':
      // The command fails for a unit without a process, where none is stopped.
      return `systemctl kill --signal=SIGCONT ${quote(unit)} 2>/dev/null || true`;
    case 'start':
      // A node that starts before its Redis exits at once, and is started again.
      return `systemctl reset-failed ${quote(unit)} 2>/dev/null; systemctl start ${quote(unit)} && sleep ${STAYS_S} && systemctl is-active --quiet ${quote(unit)}`;
    case 'terminate_instance':
    case 'terminate_drained': {
      const [pid = '', startedAt = ''] = instance?.split(':') ?? [];
      if (pid === '') return 'true';
      const terminate = `terminate ${quote(pid)} ${quote(startedAt)}`;
      return step.step === 'terminate_instance'
        ? terminate
        : `[ ! -e ${quote(mark)} ] || { ${terminate} && rm -f ${quote(mark)}; }`;
    }
  }
};
