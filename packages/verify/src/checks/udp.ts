import type { Check } from '../check.ts';
import { pathsRule } from './paths.ts';

export const udp: Check = {
  id: 'udp',
  title: 'Media passes over UDP, on every node',
  severities: ['error'],
  cause:
    'A firewall or security group drops UDP to the media ports, or the announced address leads elsewhere: most users receive no media, or all of them come through TURN',
  fix: 'open rtc.udp_port (or rtc.port_range_start to _end) for UDP on every node',
  needs: ['split-brain', 'limits', 'candidates'],
  run: async ({ paths }) =>
    pathsRule(
      (await paths()).filter(({ path }) => path === 'direct'),
      'error',
    ),
};
