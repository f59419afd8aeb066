import type { Check } from '../check.ts';
import { pathsRule } from './paths.ts';

export const turn: Check = {
  id: 'turn',
  title: 'Media passes through every TURN server that is announced',
  severities: ['error', 'warning'],
  cause:
    'There is no TURN server, it does not accept the credentials that the nodes give out, or it does not reach the nodes: users behind strict firewalls do not connect',
  fix: 'compare its secret with that of rtc.turn_servers, and open its ports',
  needs: ['split-brain', 'limits', 'candidates', 'turn-tls'],
  run: async ({ paths }) =>
    pathsRule(
      (await paths()).filter(({ path }) => path.startsWith('turn-')),
      'warning',
    ),
};
