import type { ProxyProgram } from './proxy-case.ts';

/** A site without TLS at the port of this address, whatever host a request names. */
const siteAt = (listen: string): string => `http://:${portOf(listen)}`;

const portOf = (listen: string): string => listen.split(':').at(-1) ?? '';

export const CADDY: ProxyProgram = {
  title: 'Caddy',
  about: `- **Certificate:** without the line \`tls\`, Caddy gets one for the name from Let's Encrypt, which needs port 80 or 443 from the internet. No test does that: it uses the line.
- **Upgrade:** passed on without a setting.
- **Times:** Caddy limits none. A reload of its configuration closes open WebSockets; \`stream_close_delay\` of \`reverse_proxy\` delays that.`,
  file: (sites) => `{
  admin off
  persist_config off
  auto_https off
  default_bind 127.0.0.1
}
${sites.join('\n')}
`,
  cases: [
    {
      title: 'works',
      isEncrypted: true,
      configuration: ({
        host,
        listen,
        livekit,
        certificate,
      }) => `https://${host}:${portOf(listen)} {
  tls ${certificate} ${certificate}.key
  reverse_proxy ${livekit}
}`,
      verify: null,
      run: null,
      browserJoins: true,
    },
    {
      title: 'no livekit-server behind it',
      configuration: ({ listen, nothing }) => `${siteAt(listen)} {
  reverse_proxy ${nothing}
}`,
      verify: { check: 'admission', reason: 'bad_gateway' },
      run: 'bad_gateway',
      browserJoins: false,
    },
    {
      title: '/rtc/ removed from the path',
      configuration: ({ listen, livekit }) => `${siteAt(listen)} {
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
      configuration: ({ listen }) => `${siteAt(listen)} {
  redir https://sso.example.com/login?rd={uri}
}`,
      verify: { check: 'admission', reason: 'login_required' },
      run: 'login_required',
      browserJoins: false,
    },
    {
      title: 'no site for this path',
      configuration: ({ listen, livekit }) => `${siteAt(listen)} {
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
      configuration: ({ listen }) => `${siteAt(listen)} {
  header Content-Type text/html
  respond "<!doctype html><title>Meet</title>"
}`,
      verify: { check: 'admission', reason: 'web_page' },
      run: 'web_page',
      browserJoins: false,
    },
  ],
};
