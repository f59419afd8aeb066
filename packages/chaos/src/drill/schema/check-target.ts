import type { Fault } from '../../faults/fault.ts';
import type { MemberKind } from '../../targets/target.ts';
import type { Aim } from '../drill.ts';
import type { Complain } from './fault.ts';

/** What a fault is done to when its drill does not say: the only thing it can be done to, unless those are nodes, of which there are several. */
export const usualAim = ({ on }: Pick<Fault, 'on'>): Aim | null => {
  const [only, ...others] = on;
  if (only === undefined) return { role: 'none' };
  return others.length > 0 || only === 'node' ? null : { role: only };
};

/** Whether the fault can be done to that at all. */
export const checkAim = (
  aim: Aim | undefined,
  fault: Pick<Fault, 'name' | 'on'>,
  complain: Complain,
): void => {
  const { name, on } = fault;
  if (aim === undefined) {
    if (usualAim(fault) === null)
      complain(['aim'], 'aim is missing', `${name} can be done to ${choices(on)}`);
    return;
  }
  const kind = kindOf(aim);
  if (on.length === 0) {
    if (aim.role !== 'none') complain(['aim'], `${name} is done to nobody`, 'leave aim out');
  } else if (aim.role === 'none' || (kind !== null && !on.includes(kind))) {
    complain(
      ['aim'],
      `${name} cannot be done to ${aim.role === 'none' ? 'nobody' : WORDS[kind ?? 'node']}`,
      `it can be done to ${choices(on)}`,
    );
  }
};

/** Null: by its name nobody knows what it is. */
const kindOf = (aim: Aim): MemberKind | null => {
  switch (aim.role) {
    case 'redis':
    case 'balancer':
    case 'turn':
      return aim.role;
    case 'member':
    case 'none':
      return null;
    default:
      return 'node';
  }
};

const WORDS: Record<MemberKind, string> = {
  node: 'nodes',
  redis: 'Redis',
  balancer: 'the load balancer',
  turn: 'TURN servers',
};

const AIMS: Record<MemberKind, string> = {
  node: 'room-node, other-node, signal-node, { nodes: 33% }',
  redis: 'redis',
  balancer: 'balancer',
  turn: 'turn',
};

const choices = (on: readonly MemberKind[]): string =>
  [...on.map((kind) => AIMS[kind]), '{ member: NAME }'].join(', ');
