import type { ProxyProgram } from './proxy-case.ts';

export const CADDY: ProxyProgram = {
  title: 'Caddy',
  file: (sites) => `{
  admin off
  persist_config off
  auto_https off
}
${sites.join('\n')}
`,
  cases: [
    {
      title: 'works',
      configuration: ({ listen, livekit }) => `http://${listen} {
  reverse_proxy ${livekit}
}`,
      verify: null,
      run: null,
      browserJoins: true,
    },
    {
      title: 'no livekit-server behind it',
      configuration: ({ listen, nothing }) => `http://${listen} {
  reverse_proxy ${nothing}
}`,
      verify: { check: 'admission', reason: 'bad_gateway' },
      run: 'bad_gateway',
      browserJoins: false,
    },
    {
      title: '/rtc/ removed from the path',
      configuration: ({ listen, livekit }) => `http://${listen} {
  handle_path /rtc/* {
    reverse_proxy ${livekit}
  }
  reverse_proxy ${livekit}
}`,
      verify: { check: 'admission', reason: 'wrong_path', severity: 'warning' },
      run: null,
      // livekit-client falls back from /rtc/v1 to /rtc, which this configuration does not change.
      browserJoins: true,
    },
    {
      title: 'redirects to a login',
      configuration: ({ listen }) => `http://${listen} {
  redir https://sso.example.com/login?rd={uri}
}`,
      verify: { check: 'admission', reason: 'login_required' },
      run: 'login_required',
      browserJoins: false,
    },
    {
      title: 'no site for this path',
      configuration: ({ listen, livekit }) => `http://${listen} {
  handle /api/* {
    reverse_proxy ${livekit}
  }
}`,
      verify: { check: 'admission', reason: 'not_livekit' },
      run: 'not_livekit',
      browserJoins: false,
    },
    {
      title: 'a page of the application answers in place of /rtc',
      configuration: ({ listen }) => `http://${listen} {
  header Content-Type text/html
  respond "<!doctype html><title>Meet</title>"
}`,
      verify: { check: 'admission', reason: 'web_page' },
      run: 'web_page',
      browserJoins: false,
    },
  ],
};
