import { parse, stringify } from 'yaml';
import type { ProxyProgram } from './proxy-case.ts';

const portOf = (listen: string): string => listen.split(':').at(-1) ?? '';

/** Name of the entry point at this address, which an argument of the program declares. */
const entryPoint = (listen: string): string => `port-${portOf(listen)}`;

interface Configuration {
  http: Record<'routers' | 'services' | 'middlewares', Record<string, unknown>>;
}

/** One router with its service. Names have the port, because all configurations are in one file. */
const route = (
  listen: string,
  server: string,
  { rule = 'PathPrefix(`/`)', middleware }: { rule?: string; middleware?: string } = {},
): string => {
  const port = portOf(listen);
  const mistake = `mistake-${port}`;
  const used = middleware === undefined ? '' : `\n      middlewares: [${mistake}]`;
  const declared =
    middleware === undefined
      ? ''
      : `\n  middlewares:\n    ${mistake}:\n${middleware.replace(/^/gm, '      ')}`;
  return `http:
  routers:
    livekit-${port}:
      entryPoints: [${entryPoint(listen)}]
      rule: ${rule}
      service: livekit-${port}${used}
  services:
    livekit-${port}:
      loadBalancer:
        servers: [{ url: "http://${server}" }]${declared}`;
};

export const TRAEFIK: ProxyProgram = {
  title: 'Traefik',
  // Traefik refuses other files than .yaml, .yml, .json and .toml, and then has no route.
  fileName: 'proxy.yaml',
  file: (configurations) => {
    const all: Configuration = { http: { routers: {}, services: {}, middlewares: {} } };
    for (const text of configurations) {
      const { http } = parse(text) as Partial<Configuration>;
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
      configuration: ({ listen, livekit }) => route(listen, livekit),
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
