import { CADDY } from '../../e2e/support/proxies/caddy.ts';
import { HAPROXY } from '../../e2e/support/proxies/haproxy.ts';
import { NGINX } from '../../e2e/support/proxies/nginx.ts';
import type { Finding, ProxyCase, ProxyProgram } from '../../e2e/support/proxies/proxy-case.ts';
import { TRAEFIK } from '../../e2e/support/proxies/traefik.ts';
import { code, generatedFrom, table } from './markdown.ts';

const ADDRESSES = {
  host: 'livekit.example.com',
  livekit: '127.0.0.1:7880',
  nothing: '127.0.0.1:7889',
  certificate: '/etc/ssl/livekit.pem',
};

/** Addresses of a configuration: TLS is at its usual port. */
const addressesOf = ({ isEncrypted = false }: ProxyCase) => ({
  ...ADDRESSES,
  listen: `0.0.0.0:${isEncrypted ? 443 : 80}`,
});

const block = (text: string): string => `\`\`\`text\n${text}\n\`\`\``;

const findingText = ({ check, reason, severity }: Finding): string =>
  `${code(check)}: ${code(reason)}${severity === undefined ? '' : ` (${severity})`}`;

const proxySection = ({ title, about, cases, parameters }: ProxyProgram): string => {
  const [working, ...broken] = cases;
  const rows = broken.map((one) => [
    one.title,
    one.verify === null ? 'no error' : findingText(one.verify),
    one.run === null ? 'participants join' : code(one.run),
    one.browserJoins ? 'yes' : 'no',
  ]);
  return `## ${title}

${block(working.configuration(addressesOf(working)))}
${
  parameters === undefined
    ? ''
    : `\nArguments of the program: ${parameters('livekit.yaml', [addressesOf(working).listen])
        .map(code)
        .join(' ')}\n`
}
${about}

Mistakes, without TLS:

${table(['configuration', 'swarm verify', 'a run', 'does a browser join?'], rows)}

${broken.map((one) => `<details><summary>${one.title}</summary>\n\n${block(one.configuration(addressesOf(one)))}\n\n</details>`).join('\n\n')}
`;
};

/** Page docs/how-to/reverse-proxy.md. */
export const reverseProxyPage = (): string => `${generatedFrom('e2e/support/proxies')}

# Put a proxy in front of LiveKit

Signalling and the API pass the proxy: HTTP, and a WebSocket that lasts as long as the meeting. Media does not. The proxy must:

- have a certificate: pages of browsers need ${code('wss://')};
- pass the upgrade to a WebSocket over HTTP/1.1, and the header ${code('Authorization')};
- leave the path as it is: ${code('/rtc')}, ${code('/rtc/v1')}, ${code('/twirp')};
- accept URLs of some kilobytes: a join carries its tracks and its session description there;
- keep a WebSocket open. livekit-server pings each client every ten seconds, so a limit of idle time must be longer than that. A limit of the age of a connection ends calls.

Each configuration of nginx, HAProxy, Caddy and Traefik on this page is tested with the real proxy in front of a real livekit-server: by ${code('swarm verify')}, by a run, and by Chromium with livekit-client, which
decides whether a browser joins. The first of each proxy works, with TLS. The others are mistakes that users report; the table names what ${code('swarm')} finds. [verify](../verify.md) explains its checks,
[troubleshooting](../troubleshooting.md) the codes.

## What stays outside the proxy

| what | port | why |
| --- | --- | --- |
| media over UDP | ${code('rtc.udp_port')} or the port range | users reach each node at its own address |
| ICE over TCP | ${code('rtc.tcp_port')}, 7881 | it is TCP, but not HTTP: a proxy for HTTP closes it |
| TURN over UDP | ${code('turn.udp_port')} | like media |
| TURN over TLS | 443 of ${code('turn.domain')} | it is TLS, but not HTTP. It needs an address of its own, or a proxy of layer 4 that selects by the name (SNI) in front of the one for HTTP |
| metrics, Redis, debug pages | 6789, 6379, 7070 | closed to users |

Firewall rules: [Ports](../ports.md). **Test it** after each change: ${code('swarm verify --url wss://livekit.example.com --idle 50s')}, and [${code('swarm connectivity')}](../connectivity.md) for the paths of media.

${[NGINX, HAPROXY, CADDY, TRAEFIK].map(proxySection).join('\n')}
## Ingress of Kubernetes

Traefik as the controller of an Ingress, and nginx with the pods of a Service as its upstream, are run by tests: [drills](../chaos-kubernetes.md) kill pods behind them. Traefik needs no annotation. **ingress-nginx was run by no test**; it needs what nginx needs:

| setting | where | value |
| --- | --- | --- |
| certificate | ${code('spec.tls')} of the Ingress | a Secret of type ${code('kubernetes.io/tls')} |
| upgrade | – | passed on without a setting |
| time without a byte | annotations ${code('nginx.ingress.kubernetes.io/proxy-read-timeout')} and ${code('proxy-send-timeout')} | ${code('"3600"')}; the default of 60 s is enough as well |
| length of URLs | ${code('large-client-header-buffers')} of its ConfigMap | ${code('4 32k')} |
| reloads | ${code('worker-shutdown-timeout')} of its ConfigMap | longer than your calls: each change of any Ingress reloads nginx, and open connections end after this time |

Media does not pass an Ingress: pods need the network of their host ([Prepare the hosts](operate-livekit.md#prepare-the-hosts)).

## Load balancers of clouds

None of them was run by a test. What their documentation states, and LiveKit needs:

| what | AWS Application Load Balancer | others |
| --- | --- | --- |
| certificate | of ACM, at a listener on 443 with a target group of HTTP | at the listener for HTTPS |
| WebSockets | passed on, without a setting | look for *WebSocket* or *HTTP upgrade*; some need a setting, or another kind of load balancer |
| idle connections | closed after 60 s, unless ${code('idle_timeout')} is longer: enough, because livekit-server pings every ten seconds | a limit of less than ten seconds, or of the age of a connection, cuts calls: ${code('swarm verify --idle 50s')}. The external Application Load Balancer of Google Cloud ends a request after the timeout of its backend service, 30 s by default: set hours |
| health check | ${code('/')} on 7880: 200, or 406 when the node has lost Redis | the same |
| length of a request line or header | 16 KB, fixed | the check ${code('request-size')} |
| media | does not pass it: users need the address of each node, for UDP and ICE over TCP | the same. A load balancer for TCP or UDP cannot replace it, because a node expects its own participants |
| sticky sessions | not needed: nodes pass signalling on by Redis | the same |

${code('swarm verify')} finds what is wrong there as well, and names the program that answered where it shows itself.
`;
