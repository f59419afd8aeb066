import type { Check } from '../check.ts';
import { pathsRule } from './paths.ts';

export const iceTcp: Check = {
  id: 'ice-tcp',
  title: 'Media passes over TCP where UDP is dropped',
  severities: ['error', 'warning'],
  cause:
    'rtc.tcp_port is not set, or is not open: users whose firewall drops UDP depend on TURN alone',
  fix: 'set rtc.tcp_port (7881), and open it on every node itself: a load balancer cannot stand in front of it',
  needs: ['split-brain', 'limits', 'candidates'],
  run: async ({ paths }) =>
    pathsRule(
      (await paths()).filter(({ path }) => path === 'ice-tcp'),
      'warning',
    ),
};
