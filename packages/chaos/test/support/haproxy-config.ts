/**
 * Configuration of a load balancer in front of some nodes, like that of a lab.
 * @param backends lines of `server`
 */
export const haproxyConfig = (
  port: number,
  statsPort: number,
  backends: readonly string[],
): string => `defaults
  mode http
  retries 3
  option redispatch 1
  timeout connect 2s
  timeout client 60s
  timeout server 60s
  timeout tunnel 1h

frontend livekit
  bind 127.0.0.1:${port}
  default_backend livekit

backend livekit
  option httpchk GET /
  http-response set-header x-livekit-backend %s
  default-server inter 1s fall 2 rise 1 on-marked-down shutdown-sessions
${backends.map((backend) => `  ${backend}`).join('\n')}

frontend stats
  bind 127.0.0.1:${statsPort}
  http-request use-service prometheus-exporter if { path /metrics }
`;
