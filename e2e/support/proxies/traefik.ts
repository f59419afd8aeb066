import { parse, stringify } from 'yaml';
import type { ProxyProgram } from './proxy-case.ts';

const portOf = (listen: string): string => listen.split(':').at(-1) ?? '';

/** Name of the entry point at this address, which an argument of the program declares. */
const entryPoint = (listen: string): string => `port-${portOf(listen)}`;

interface Configuration {
  http: Record<'routers' | 'services' | 'middlewares', Record<string, unknown>>;
  tls: { certificates: unknown[] };
}

interface RouteOptions {
  rule?: string;
  /** Declaration of a middleware that the router uses. */
  middleware?: string;
  /** File of the certificate; default: no TLS. */
  certificate?: string;
}

/** One router with its service. Names have the port, because all configurations are in one file. */
const route = (
  listen: string,
  server: string,
  { rule = 'PathPrefix(`/`)', middleware, certificate }: RouteOptions = {},
): string => {
  const port = portOf(listen);
  const mistake = `mistake-${port}`;
  const used = middleware === undefined ? '' : `\n      middlewares: [${mistake}]`;
  const declared =
    middleware === undefined
      ? ''
      : `\n  middlewares:\n    ${mistake}:\n${middleware.replace(/^/gm, '      ')}`;
  const withTls = certificate === undefined ? '' : '\n      tls: {}';
  const certificates =
    certificate === undefined
      ? ''
      : `\ntls:\n  certificates:\n    - certFile: ${certificate}\n      keyFile: ${certificate}.key`;
  return `http:
  routers:
    livekit-${port}:
      entryPoints: [${entryPoint(listen)}]
      rule: ${rule}
      service: livekit-${port}${used}${withTls}
  services:
    livekit-${port}:
      loadBalancer:
        servers: [{ url: "http://${server}" }]${declared}${certificates}`;
};

export const TRAEFIK: ProxyProgram = {
  title: 'Traefik',
  about: `- **Certificate:** \`tls.certificates\` of the file; a router takes part with \`tls: {}\`. A resolver of certificates (\`certResolver\`) does it by ACME; no test does.
- **Upgrade:** passed on without a setting.
- **Times:** those of an entry point (\`respondingTimeouts\`) end with the upgrade.`,
  // Traefik refuses other files than .yaml, .yml, .json and .toml, and then has no route.
  fileName: 'proxy.yaml',
  file: (configurations) => {
    const all: Configuration = {
      http: { routers: {}, services: {}, middlewares: {} },
      tls: { certificates: [] },
    };
    for (const text of configurations) {
      const { http, tls } = parse(text) as Partial<Configuration>;
      all.tls.certificates.push(...(tls?.certificates ?? []));
      for (const part of ['routers', 'services', 'middlewares'] as const)
        Object.assign(all.http[part], http?.[part]);
    }
    return stringify(all);
  },
  parameters: (file, listens) => [
    `--providers.file.filename=${file}`,
    ...listens.map((listen) => `--entryPoints.${entryPoint(listen)}.address=${listen}`),
  ],
  cases: [
    {
      title: 'works',
      isEncrypted: true,
      configuration: ({ host, listen, livekit, certificate }) =>
        route(listen, livekit, { rule: `Host(\`${host}\`)`, certificate }),
      verify: null,
      run: null,
      browserJoins: true,
    },
    {
      title: 'no livekit-server behind it',
      configuration: ({ listen, nothing }) => route(listen, nothing),
      verify: { check: 'admission', reason: 'bad_gateway' },
      run: 'bad_gateway',
      browserJoins: false,
    },
    {
      title: '/rtc removed from the path',
      configuration: ({ listen, livekit }) =>
        route(listen, livekit, { middleware: 'stripPrefix:\n  prefixes: [/rtc]' }),
      verify: { check: 'admission', reason: 'wrong_path' },
      run: 'wrong_path',
      browserJoins: false,
    },
    {
      title: 'the router is for another host name',
      configuration: ({ listen, livekit }) =>
        route(listen, livekit, { rule: 'Host(`livekit.example.com`)' }),
      verify: { check: 'admission', reason: 'not_livekit' },
      run: 'not_livekit',
      browserJoins: false,
    },
    {
      title: 'asks for user and password',
      configuration: ({ listen, livekit }) =>
        route(listen, livekit, {
          middleware: 'basicAuth:\n  users: ["admin:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ="]',
        }),
      verify: { check: 'admission', reason: 'login_required' },
      run: 'login_required',
      browserJoins: false,
    },
    {
      title: 'the header Authorization removed',
      configuration: ({ listen, livekit }) =>
        route(listen, livekit, {
          middleware: 'headers:\n  customRequestHeaders: { Authorization: "" }',
        }),
      verify: { check: 'admission', reason: 'authorization_removed' },
      run: 'authorization_removed',
      browserJoins: true,
    },
  ],
};
