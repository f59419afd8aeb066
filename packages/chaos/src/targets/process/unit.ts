import { usageError } from '@livekit-swarm/settings';
import type { ComponentKind } from '../platform.ts';

/** A systemd unit, and its kind of component. */
export interface Unit {
  /** `livekit-server.service` */
  name: string;
  kind: ComponentKind;
}

const KINDS: readonly ComponentKind[] = ['node', 'redis', 'load-balancer', 'turn'];

/** As in systemd.unit(5); other names could be taken for options. */
const NAME = /^[A-Za-z0-9:_.@\\][A-Za-z0-9:_.@\\-]*$/;

const isKind = (text: string): text is ComponentKind => KINDS.some((kind) => kind === text);

/** `node=livekit-server` → a unit. @throws SwarmError `usage` */
export const parseUnit = (text: string): Unit => {
  const [kind = '', name = '', ...more] = text.split('=');
  if (!isKind(kind) || !NAME.test(name) || more.length > 0) {
    throw usageError(
      `unknown unit "${text}"`,
      `write KIND=UNIT, such as node=livekit-server.service; kinds: ${KINDS.join(', ')}`,
    );
  }
  return { kind, name: name.includes('.') ? name : `${name}.service` };
};

export const formatUnit = ({ kind, name }: Unit): string => `${kind}=${name}`;
