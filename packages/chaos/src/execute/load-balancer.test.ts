import { expect, it } from 'vitest';
import { readBackends } from './load-balancer.ts';

it('backends of HAProxy are the servers of the proxy of LiveKit', () => {
  const text = `haproxy_server_status{proxy="livekit",server="node-1",state="DOWN"} 0
haproxy_server_status{proxy="livekit",server="node-1",state="UP"} 1
haproxy_server_status{proxy="livekit",server="node-2",state="DOWN"} 1
haproxy_server_status{proxy="livekit",server="node-2",state="UP"} 0
haproxy_server_status{proxy="other",server="node-3",state="UP"} 0
`;
  expect(readBackends(text)).toEqual({ healthy: 1, total: 2, unhealthy: ['node-2'] });
});

it('backends of Traefik are the servers of the services of LiveKit, where it checks them', () => {
  const text = `# HELP traefik_service_server_up service server is up, described by gauge value of 0 or 1.
# TYPE traefik_service_server_up gauge
traefik_service_server_up{service="livekit@file",url="http://127.0.0.1:7880"} 1
traefik_service_server_up{service="livekit@file",url="http://127.0.0.1:7881"} 0
traefik_service_server_up{service="other@file",url="http://127.0.0.1:80"} 0
`;
  expect(readBackends(text)).toEqual({ healthy: 1, total: 2, unhealthy: ['127.0.0.1:7881'] });
});

it('metrics without servers of LiveKit are unknown', () => {
  expect(readBackends('up 1\n')).toBeNull();
});
