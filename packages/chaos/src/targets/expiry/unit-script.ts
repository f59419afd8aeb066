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
  const drained = (index: number): string => `drained_${index}`;
  const claims = units.flatMap(({ unit, steps }, index) =>
    steps.some(({ step }) => step === 'terminate_drained')
      ? [`${drained(index)}=$(claim ${quote(drainMark(id, unit))})`]
      : [`${drained(index)}=`],
  );
  const commands = units.flatMap(({ unit, component, steps }, index) =>
    steps.map((step) => `  { ${commandOf(step, unit, component, drained(index))}; } || failed=1`),
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
claim() { ln -s expired "$1" 2>/dev/null || readlink "$1" | sed '/^expired$/d'; }
${claims.join('\n')}
${untilAllSucceed(commands)}`;
};

/**
 * Link on the host of a unit, which only one can make: the drain that begins (to `drain`), or the
 * script of the injection (to `expired`). So a drain does not begin once the script has, and the
 * script knows of every drain that has begun.
 */
const drainMark = (id: string, unit: string): string => `/run/swarm-drain-${id}-${unit}`;

/** Exit code of `markDrain` when the drain was neither noted nor begun. */
export const NOT_MARKED = 75;

/**
 * Command that notes that the drain of a unit has begun, and begins it with a signal. Without a
 * process there is nothing to signal.
 */
export const markDrain = (id: string, unit: string, signal: NodeJS.Signals): string[] => [
  ...['sh', '-c', MARK, drainMark(id, unit), unit, signal],
];

const MARK = `
error=$(ln -s drain "$0" 2>&1) || {
  [ "$(readlink "$0")" = expired ] && error='it has begun'
  echo "$error" >&2
  exit ${NOT_MARKED}
}
systemctl kill --signal="$2" "$1" || ! systemctl is-active --quiet "$1"
`;

/** Command that prints `drain` when `markDrain` has noted the drain of a unit. */
export const readDrainMark = (id: string, unit: string): string[] => [
  ...['sh', '-c', 'readlink "$0" || [ ! -L "$0" ]', drainMark(id, unit)],
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
  drained: string,
): string => {
  switch (step.step) {
    case 'run':
      return `drained=$${drained} ${quoteAll(step.argv)}`;
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
        : `[ -z "$${drained}" ] || ${terminate}`;
    }
  }
};
