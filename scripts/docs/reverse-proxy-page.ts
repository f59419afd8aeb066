import { CADDY } from '../../e2e/support/proxies/caddy.ts';
import { HAPROXY } from '../../e2e/support/proxies/haproxy.ts';
import { NGINX } from '../../e2e/support/proxies/nginx.ts';
import type { Finding, ProxyProgram } from '../../e2e/support/proxies/proxy-case.ts';
import { TRAEFIK } from '../../e2e/support/proxies/traefik.ts';
import { code, generatedFrom, table } from './markdown.ts';

const ADDRESSES = { listen: '0.0.0.0:80', livekit: '127.0.0.1:7880', nothing: '127.0.0.1:7889' };

const block = (text: string): string => `\`\`\`text\n${text}\n\`\`\``;

const findingText = ({ check, reason, severity }: Finding): string =>
  `${code(check)}: ${code(reason)}${severity === undefined ? '' : ` (${severity})`}`;

const proxySection = ({ title, cases, parameters }: ProxyProgram): string => {
  const [working, ...broken] = cases;
  const rows = broken.map((one) => [
    one.title,
    one.verify === null ? 'no error' : findingText(one.verify),
    one.run === null ? 'participants join' : code(one.run),
    one.browserJoins ? 'yes' : 'no',
  ]);
  return `## ${title}

${block(working.configuration(ADDRESSES))}
${parameters === undefined ? '' : `\nArguments of the program: ${parameters('livekit.yaml', [ADDRESSES.listen]).map(code).join(' ')}\n`}
${table(['configuration', 'swarm verify', 'a run', 'does a browser join?'], rows)}

${broken.map((one) => `<details><summary>${one.title}</summary>\n\n${block(one.configuration(ADDRESSES))}\n\n</details>`).join('\n\n')}
`;
};

/** Page docs/how-to/reverse-proxy.md. */
export const reverseProxyPage = (): string => `${generatedFrom('e2e/support/proxies')}

# Put a proxy in front of LiveKit

Signalling is HTTP with a WebSocket that lasts as long as the meeting; media do not pass the proxy. A proxy has to pass the headers of the upgrade and ${code('Authorization')}, leave the path
as it is, allow URLs of some kilobytes (a join carries its tracks and its session description there), and keep a connection without traffic for minutes. Give it a certificate as well: pages
of browsers need ${code('wss://')}.

Each configuration on this page is tested with the real proxy in front of a real livekit-server: by ${code('swarm verify')}, by a run, and by Chromium with livekit-client, which decides whether a
browser joins. The first of each proxy works. The others are mistakes that users report; the table names what ${code('swarm')} finds. [verify](../verify.md) explains its checks,
[troubleshooting](../troubleshooting.md) the codes.

${[NGINX, HAPROXY, CADDY, TRAEFIK].map(proxySection).join('\n')}
## Load balancers of clouds

None of them was run by a test. What their documentation states, and LiveKit needs:

| | AWS Application Load Balancer | others |
| --- | --- | --- |
| WebSockets | passed on, without a setting | look for *WebSocket* or *HTTP upgrade*; some need a setting, or another kind of load balancer |
| idle connections | closed after 60 s, unless ${code('idle_timeout')} is longer: enough, because livekit-server pings every ten seconds | a limit of less than ten seconds, or of the age of a connection, cuts calls: ${code('swarm verify --idle 50s')}. The external Application Load Balancer of Google Cloud ends a request after the timeout of its backend service, 30 s by default: set hours |
| health check | ${code('/')} on 7880: 200, or 406 when the node has lost Redis | the same |
| length of a request line or header | 16 KB, fixed | the check ${code('request-size')} |
| media | does not pass it: users need the address of each node, for UDP and ICE over TCP | the same. A load balancer for TCP or UDP cannot replace it, because a node expects its own participants |
| sticky sessions | not needed: nodes pass signalling on by Redis | the same |

${code('swarm verify')} finds what is wrong there as well, and names the program that answered where it shows itself.
`;
