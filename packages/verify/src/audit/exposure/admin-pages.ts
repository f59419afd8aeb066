import { type Check, type CheckResult, found, passed, skipped } from '../../check.ts';
import { ask, searched } from '../../facts/open-services.ts';

/** A page or port of administration, and how its answer is recognised. */
interface AdminPage {
  name: string;
  /** Port in its samples and defaults. */
  port: number;
  /** Request that it answers; HTTP paths, or lines. */
  request: string;
  answers: RegExp;
}

const get = (path: string): string => `GET ${path} HTTP/1.0\r\nConnection: close\r\n\r\n`;

export const ADMIN_PAGES: readonly AdminPage[] = [
  {
    ...{ name: 'the health server of agents', port: 8081, request: get('/worker') },
    answers: /"agent_name"|"worker_load"|"active_jobs"/,
  },
  {
    ...{ name: 'the statistics of HAProxy', port: 8404, request: get('/') },
    answers: /Statistics Report for HAProxy/,
  },
  {
    ...{ name: 'the statistics of HAProxy', port: 8404, request: get('/stats') },
    answers: /Statistics Report for HAProxy/,
  },
  {
    ...{ name: 'the administration of Envoy', port: 9901, request: get('/server_info') },
    answers: /"hot_restart_version"/,
  },
  {
    ...{ name: 'the dashboard of Traefik', port: 8080, request: get('/api/rawdata') },
    answers: /"routers"\s*:/,
  },
  {
    ...{ name: 'the command line of coturn', port: 5766, request: '\r\n' },
    answers: /coturn|TURN server/i,
  },
];

/** A page that answered. */
export interface OpenPage {
  name: string;
  address: string;
  port: number;
}

export const adminPagesRule = (open: readonly OpenPage[], tried: readonly string[]): CheckResult =>
  open.length > 0
    ? found(
        'error',
        open.map(({ name, address, port }) => `${address}:${port}: ${name} answers`),
      )
    : passed(`no page of administration answers on ${tried.join(', ')}`);

export const adminPages: Check = {
  id: 'admin-pages',
  title: 'Pages of administration do not answer users',
  severities: ['error'],
  cause:
    'A port that only operators need is published: strangers read names of agents, backends and addresses, or change the proxy',
  fix: 'bind it to a private address, or close its port in the firewall',
  needs: ['dns'],
  run: async ({ lookedAt }, { adminPorts }) => {
    const looked = searched(await lookedAt(), adminPorts);
    if (looked.length === 0)
      return skipped(
        'no address is public: name hosts and ports that must be closed with --closed-host and --closed-port',
      );
    const open = await Promise.all(
      looked.flatMap(({ address }) =>
        ADMIN_PAGES.flatMap(({ name, port, request, answers }) =>
          (adminPorts ?? [port]).map(
            async (at): Promise<OpenPage[]> =>
              answers.test((await ask(address, at, request)) ?? '')
                ? [{ name, address, port: at }]
                : [],
          ),
        ),
      ),
    );
    return adminPagesRule(
      open.flat(),
      looked.map(({ address }) => address),
    );
  },
};
