import { code, table } from './markdown.ts';

/**
 * Command of an operator during an incident, for each kind of deployment. Names are those of
 * examples/kubernetes/base, LiveKit's Helm chart, docker-compose.yml, packaging/systemd and the
 * packages of Debian; tests compare them. Words in capitals are replaced.
 */
export interface RunbookCommand {
  does: string;
  /** Command for the manifests of examples/kubernetes. */
  kubernetes: string;
  /**
   * Command for LiveKit's Helm chart under any name of its release; the chart has neither Redis nor
   * a load balancer.
   */
  chart: string;
  compose: string;
  systemd: string;
}

const PODS = '-l app.kubernetes.io/name=livekit';
const CHART = '-l app.kubernetes.io/name=livekit-server';
const EXPORTER =
  '-l app.kubernetes.io/name=livekit-swarm,app.kubernetes.io/component=exporter -n NAMESPACE';

const HOST_NETWORK =
  "kubectl debug node/HOST -it --image=nicolaka/netshoot -- sh -c 'ethtool -S DEVICE | grep allowance; sysctl net.netfilter.nf_conntrack_count'";

/** Text for platforms without a load balancer of this project. */
const CLOUD = "your Ingress, or the provider's console";
const REDIS = 'your Redis: the chart has none';

export const RUNBOOK_COMMANDS: Readonly<Record<string, RunbookCommand>> = {
  'node-state': {
    does: 'state of the nodes',
    kubernetes: `kubectl -n livekit get pods ${PODS} -o wide`,
    chart: `kubectl -n NAMESPACE get pods ${CHART} -o wide`,
    compose: 'docker compose ps node-1 node-2 node-3',
    systemd: 'systemctl status livekit-server',
  },
  'node-log': {
    does: 'log of a node',
    kubernetes: 'kubectl -n livekit logs POD --tail=100',
    chart: 'kubectl -n NAMESPACE logs POD --tail=100',
    compose: 'docker compose logs --tail=100 node-1',
    systemd: 'journalctl -u livekit-server -n 100 --no-pager',
  },
  'node-last-exit': {
    does: 'why it ended',
    kubernetes:
      'kubectl -n livekit logs POD --previous --tail=100; kubectl -n livekit describe pod POD',
    chart:
      'kubectl -n NAMESPACE logs POD --previous --tail=100; kubectl -n NAMESPACE describe pod POD',
    compose: "docker inspect --format '{{json .State}}' $(docker compose ps --all --quiet node-1)",
    systemd: 'systemctl show livekit-server -p Result -p ExecMainStatus -p NRestarts',
  },
  'node-drain': {
    does: 'drain: no new rooms, exit when empty (hours, as long as its calls; at most five with Compose, in the background)',
    kubernetes: 'kubectl -n livekit delete pod POD --wait=false',
    chart: 'kubectl -n NAMESPACE delete pod POD --wait=false',
    compose: 'nohup docker compose stop --timeout 18000 node-1 >stop.log 2>&1 &',
    systemd: 'systemctl kill --signal=SIGTERM livekit-server',
  },
  'node-kill': {
    does: 'kill, and start again',
    kubernetes: 'kubectl -n livekit delete pod POD --grace-period=1',
    chart: 'kubectl -n NAMESPACE delete pod POD --grace-period=1',
    compose: 'docker compose kill node-1; docker compose up --detach node-1',
    systemd: 'systemctl kill --signal=SIGKILL livekit-server; systemctl restart livekit-server',
  },
  'node-revert': {
    does: 'previous version and configuration',
    kubernetes: 'kubectl -n livekit rollout undo statefulset/livekit',
    chart: 'helm -n NAMESPACE rollback RELEASE',
    compose: 'LIVEKIT_IMAGE=livekit/livekit-server:PREVIOUS docker compose up --detach',
    systemd: 'install the previous program and file, then systemctl restart livekit-server',
  },
  'node-usage': {
    does: 'CPU and memory',
    kubernetes: 'kubectl -n livekit top pods',
    chart: `kubectl -n NAMESPACE top pods ${CHART}`,
    compose: 'docker stats --no-stream',
    systemd: 'systemctl status livekit-server; top -b -n 1 -o %CPU | head -15',
  },
  'node-memory': {
    does: 'killed by the kernel?',
    kubernetes: 'kubectl -n livekit describe pod POD | grep -A3 "Last State"',
    chart: 'kubectl -n NAMESPACE describe pod POD | grep -A3 "Last State"',
    compose:
      "docker inspect --format '{{.State.OOMKilled}}' $(docker compose ps --all --quiet node-1)",
    systemd: 'journalctl -k -n 200 --no-pager | grep -i "out of memory"',
  },
  'host-network': {
    does: 'dropped packets, tracked connections (on the host)',
    kubernetes: HOST_NETWORK,
    chart: HOST_NETWORK,
    compose: 'ethtool -S DEVICE | grep allowance; sysctl net.netfilter.nf_conntrack_count',
    systemd: 'ethtool -S DEVICE | grep allowance; sysctl net.netfilter.nf_conntrack_count',
  },
  'egress-state': {
    does: 'state of egress',
    kubernetes: 'kubectl get pods -A -l app.kubernetes.io/name=egress -o wide',
    chart: 'kubectl -n NAMESPACE get pods -l app.kubernetes.io/name=egress -o wide',
    compose: 'docker ps --filter ancestor=livekit/egress',
    systemd: 'docker ps --filter ancestor=livekit/egress',
  },
  'egress-log': {
    does: 'log of egress',
    kubernetes: 'kubectl -n NAMESPACE logs POD --tail=100',
    chart: 'kubectl -n NAMESPACE logs -l app.kubernetes.io/name=egress --tail=100',
    compose: 'docker logs --tail=100 CONTAINER',
    systemd: 'docker logs --tail=100 CONTAINER',
  },
  'sip-state': {
    does: 'state of SIP',
    kubernetes: 'kubectl get pods -A -l app.kubernetes.io/name=sip -o wide',
    chart: 'kubectl -n NAMESPACE get pods -l app.kubernetes.io/name=sip -o wide',
    compose: 'docker ps --filter ancestor=livekit/sip',
    systemd: 'docker ps --filter ancestor=livekit/sip',
  },
  'sip-log': {
    does: 'log of SIP',
    kubernetes: 'kubectl -n NAMESPACE logs POD --tail=100',
    chart: 'kubectl -n NAMESPACE logs -l app.kubernetes.io/name=sip --tail=100',
    compose: 'docker logs --tail=100 CONTAINER',
    systemd: 'docker logs --tail=100 CONTAINER',
  },
  'redis-ping': {
    does: 'does Redis answer',
    kubernetes: 'kubectl -n livekit exec redis-0 -- redis-cli ping',
    chart: 'redis-cli -h REDIS ping',
    compose: 'docker compose exec redis redis-cli -p 6399 ping',
    systemd: 'redis-cli -h REDIS ping',
  },
  'redis-log': {
    does: 'log of Redis',
    kubernetes: 'kubectl -n livekit logs redis-0 --tail=100',
    chart: REDIS,
    compose: 'docker compose logs --tail=100 redis',
    systemd: 'journalctl -u redis-server -n 100 --no-pager',
  },
  'redis-rooms': {
    does: 'rooms in the registry',
    kubernetes: 'kubectl -n livekit exec redis-0 -- redis-cli hgetall room_node_map',
    chart: 'redis-cli -h REDIS hgetall room_node_map',
    compose: 'docker compose exec redis redis-cli -p 6399 hgetall room_node_map',
    systemd: 'redis-cli -h REDIS hgetall room_node_map',
  },
  'redis-nodes': {
    does: 'nodes in the registry',
    kubernetes: 'kubectl -n livekit exec redis-0 -- redis-cli hkeys nodes',
    chart: 'redis-cli -h REDIS hkeys nodes',
    compose: 'docker compose exec redis redis-cli -p 6399 hkeys nodes',
    systemd: 'redis-cli -h REDIS hkeys nodes',
  },
  'redis-append-only': {
    does: 'is the append-only file on',
    kubernetes: 'kubectl -n livekit exec redis-0 -- redis-cli config get appendonly',
    chart: 'redis-cli -h REDIS config get appendonly',
    compose: 'docker compose exec redis redis-cli -p 6399 config get appendonly',
    systemd: 'redis-cli -h REDIS config get appendonly',
  },
  'redis-restart': {
    does: 'restart Redis',
    kubernetes: 'kubectl -n livekit delete pod redis-0',
    chart: REDIS,
    compose: 'docker compose restart redis',
    systemd: 'systemctl restart redis-server',
  },
  'balancer-state': {
    does: 'state of the load balancer',
    kubernetes: CLOUD,
    chart: CLOUD,
    compose: 'docker compose ps haproxy',
    systemd: 'systemctl status haproxy',
  },
  'balancer-log': {
    does: 'log of the load balancer',
    kubernetes: CLOUD,
    chart: CLOUD,
    compose: 'docker compose logs --tail=100 haproxy',
    systemd: 'journalctl -u haproxy -n 100 --no-pager',
  },
  'balancer-restart': {
    does: 'restart the load balancer',
    kubernetes: CLOUD,
    chart: CLOUD,
    compose: 'docker compose restart haproxy',
    systemd: 'haproxy -c -f /etc/haproxy/haproxy.cfg && systemctl restart haproxy',
  },
  'turn-log': {
    does: 'log of the TURN server',
    kubernetes: 'kubectl -n livekit logs POD --tail=100 | grep -i turn',
    chart: 'kubectl -n NAMESPACE logs POD --tail=100 | grep -i turn',
    compose: 'docker compose logs --tail=100 coturn',
    systemd: 'journalctl -u coturn -n 100 --no-pager',
  },
  'turn-restart': {
    does: 'restart the TURN server',
    kubernetes: 'kubectl -n livekit delete pod POD --wait=false',
    chart: 'kubectl -n NAMESPACE delete pod POD --wait=false',
    compose: 'docker compose restart coturn',
    systemd: 'systemctl restart coturn',
  },
  'exporter-state': {
    does: 'state of the exporter',
    kubernetes: `kubectl get pods ${EXPORTER}`,
    chart: `kubectl get pods ${EXPORTER}`,
    compose: 'docker compose ps exporter',
    systemd: 'systemctl status swarm-exporter',
  },
  'exporter-log': {
    does: 'log of the exporter',
    kubernetes: `kubectl logs ${EXPORTER} --tail=100`,
    chart: `kubectl logs ${EXPORTER} --tail=100`,
    compose: 'docker compose logs --tail=100 exporter',
    systemd: 'journalctl -u swarm-exporter -n 100 --no-pager',
  },
  'exporter-restart': {
    does: 'restart the exporter',
    kubernetes: `kubectl rollout restart deployment ${EXPORTER}`,
    chart: `kubectl rollout restart deployment ${EXPORTER}`,
    compose: 'docker compose restart exporter',
    systemd: 'systemctl restart swarm-exporter',
  },
  'companion-state': {
    does: 'state of node_exporter and redis_exporter',
    kubernetes: 'kubectl get pods -A -l app.kubernetes.io/name=prometheus-node-exporter',
    chart: 'kubectl get pods -A -l app.kubernetes.io/name=prometheus-node-exporter',
    compose: 'docker compose ps node-exporter redis-exporter',
    systemd: 'systemctl status prometheus-node-exporter prometheus-redis-exporter',
  },
  'monitoring-state': {
    does: 'state of Prometheus and Alertmanager',
    kubernetes: 'kubectl get pods -A -l "app.kubernetes.io/name in (prometheus, alertmanager)"',
    chart: 'kubectl get pods -A -l "app.kubernetes.io/name in (prometheus, alertmanager)"',
    compose: 'docker compose ps prometheus alertmanager',
    systemd: 'systemctl status prometheus prometheus-alertmanager',
  },
  'companion-restart': {
    does: 'restart them',
    kubernetes: 'kubectl -n NAMESPACE delete pod POD',
    chart: 'kubectl -n NAMESPACE delete pod POD',
    compose: 'docker compose restart node-exporter redis-exporter',
    systemd: 'systemctl restart prometheus-node-exporter prometheus-redis-exporter',
  },
};

const WITHOUT_COMMAND: ReadonlySet<string> = new Set([
  CLOUD,
  REDIS,
  RUNBOOK_COMMANDS['node-revert']?.systemd ?? '',
]);

/** Names in `<!-- commands: node-state, node-log -->` of a page. */
export const commandNames = (page: string): string[] =>
  (/[<]!-- commands: ([^>]*?) -->/.exec(page)?.[1] ?? '').split(', ').filter((name) => name !== '');

/** Table of these commands, with one column for each platform. @throws Error for an unknown name */
export const commandTable = (names: readonly string[]): string =>
  table(
    ['', 'examples/kubernetes', "LiveKit's chart", 'Compose: the stack', 'systemd'],
    names.map((name) => {
      const command = RUNBOOK_COMMANDS[name];
      if (command === undefined)
        throw new Error(
          `there is no command "${name}" for runbooks; those of runbook-commands.ts are: ${Object.keys(RUNBOOK_COMMANDS).join(', ')}`,
        );
      const { does, kubernetes, chart, compose, systemd } = command;
      return [
        does,
        ...[kubernetes, chart, compose, systemd].map((text) =>
          WITHOUT_COMMAND.has(text) ? text : code(text),
        ),
      ];
    }),
  );
