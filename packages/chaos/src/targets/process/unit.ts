import { usageError } from '@livekit-swarm/settings';
import type { ComponentKind } from '../target.ts';

/** A unit of systemd, and what it is to the deployment. */
export interface Unit {
  /** `livekit-server.service` */
  name: string;
  kind: ComponentKind;
}

const KINDS: readonly ComponentKind[] = ['node', 'redis', 'load-balancer', 'turn'];

/** As systemd.unit(5) has it; what else there is could be taken for an option. */
const NAME = /^[A-Za-z0-9:_.@\\][A-Za-z0-9:_.@\\-]*$/;

const isKind = (text: string): text is ComponentKind => KINDS.some((kind) => kind === text);

/** `node=livekit-server` → a unit. @throws SwarmError `usage` */
export const parseUnit = (text: string): Unit => {
  const [kind = '', name = '', ...more] = text.split('=');
  if (!isKind(kind) || !NAME.test(name) || more.length > 0) {
    throw usageError(
      `unknown unit "${text}"`,
      `write what it is and its name: ${KINDS.join(', ')}; node=livekit-server.service`,
    );
  }
  return { kind, name: name.includes('.') ? name : `${name}.service` };
};

export const formatUnit = ({ kind, name }: Unit): string => `${kind}=${name}`;
