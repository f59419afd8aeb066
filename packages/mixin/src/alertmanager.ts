import type { Names } from './config/names.ts';

/**
 * Title of a notification, as shown on a phone: `[eu] CPU usage is high: host-1, host-2`.
 * Alertmanager sorts alerts by instance.
 */
const titleOf = ({ cluster, node, host }: Names): string => {
  const subject = [...new Set(['target', node, host, 'instance', 'job'])]
    .map((label) => `.Labels.${label}`)
    .join(' ');
  return [
    `{{ with .CommonLabels.${cluster} }}[{{ . }}] {{ end }}`,
    '{{ reReplaceAll "[.]$" "" .CommonAnnotations.summary }}',
    `{{ $last := "" }}{{ range .Alerts }}{{ $of := or ${subject} }}`,
    '{{ if ne $of $last }}{{ if $last }}, {{ else }}: {{ end }}{{ $of }}{{ $last = $of }}{{ end }}{{ end }}',
  ].join('');
};

/**
 * Renders an example configuration: routes by severity, and inhibition of alerts that follow from
 * another alert. It is text because of its comments. Alertmanager treats a label that both alerts
 * lack as equal.
 */
export const renderAlertmanager = (names: Names, header: string): string => {
  const { cluster, node } = names;
  const title = titleOf(names);
  return `${header}
# An example for Alertmanager 0.25 or later: merge routes, inhibit_rules and receivers into yours. amtool check-config FILE checks it.
route:
  receiver: chat
  # One notification for each alert of a cluster, however many nodes have it.
  group_by: [alertname, ${cluster}]
  group_wait: 30s
  group_interval: 5m
  repeat_interval: 12h
  routes:
    # Fires always. Its receiver pages when it stops.
    - matchers: [alertname = Watchdog]
      receiver: watchdog
      group_wait: 0s
      group_interval: 1m
      repeat_interval: 2m
    # Calls are affected now.
    - matchers: [alertname =~ "LiveKit.+", severity = critical]
      receiver: pager
      repeat_interval: 1h
    # For dashboards.
    - matchers: [alertname =~ "LiveKit.+", severity = info]
      receiver: none

inhibit_rules:
  # The same alert, more severe. Windows of joins and nodes of probes may differ.
  - source_matchers: [alertname =~ "LiveKit.+", severity = critical]
    target_matchers: [alertname =~ "LiveKit.+", severity = warning]
    equal: [alertname, ${cluster}, job, ${node}, target, module, direction, kind]
  # Many nodes are down: not one notification more for each.
  - source_matchers: [alertname = LiveKitNodeDown, severity = critical]
    target_matchers: [alertname = LiveKitNodeDown, severity = warning]
    equal: [${cluster}, job]
  # Nodes without Redis fail health checks, and accept neither joins nor API requests.
  - source_matchers: [alertname = LiveKitRedisUnreachable]
    target_matchers:
      - alertname =~ "LiveKit(NoHealthyBackend|ProbeFailing|PathFailing|JoinsFailing|JoinsSlow|ApiErrors|ExporterSourceDown)"
    equal: [${cluster}]
  # No user reaches a node.
  - source_matchers: [alertname = LiveKitNoHealthyBackend]
    target_matchers: [alertname =~ "LiveKit(LoadBalancerDown|ProbeFailing|PathFailing|JoinsFailing|JoinsSlow)"]
    equal: [${cluster}]
  # Lost packets are requested again, and arrive late: NACKs and jitter follow from loss.
  - source_matchers: [alertname = LiveKitPacketLossHigh]
    target_matchers: [alertname =~ "LiveKit(NacksRising|JitterHigh)"]
    equal: [${cluster}, ${node}]

receivers:
  - name: pager
    pagerduty_configs:
      - routing_key_file: /etc/alertmanager/secrets/pagerduty
        description: '${title}'
        links:
          # Left out by Alertmanager until links.runbooks and links.dashboards of mixin.yaml are URLs.
          - { href: '{{ .CommonAnnotations.runbook_url }}', text: Runbook }
          - { href: '{{ .CommonAnnotations.dashboard_url }}', text: Dashboard }
  - name: chat
    slack_configs:
      - api_url_file: /etc/alertmanager/secrets/slack
        send_resolved: true
        title: '{{ .Status | toUpper }}: ${title}'
        title_link: '{{ .CommonAnnotations.runbook_url }}'
        text: '{{ range .Alerts }}{{ .Annotations.description }}{{ "\\n" }}{{ end }}{{ with .CommonAnnotations.dashboard_url }}<{{ . }}|Dashboard>{{ end }}'
  - name: watchdog
    webhook_configs:
      # A service that expects it every few minutes, outside this cluster. It must not take the end of the alert for one more notification.
      - url: http://127.0.0.1:9095/watchdog
        send_resolved: false
  - name: none
`;
};
