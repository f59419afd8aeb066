import type { ProxyProgram } from './proxy-case.ts';

export const HAPROXY: ProxyProgram = {
  title: 'HAProxy',
  about: `- **Certificate:** \`crt\` names the certificate with its chain. HAProxy finds the key in the same file, or in a second one with \`.key\` at the end of its name.
- **Upgrade:** passed on without a setting, in \`mode http\`. With \`alpn http/1.1\` browsers do not try HTTP/2.
- **Times:** after the upgrade only \`timeout tunnel\` counts, from the last byte. Without it, \`timeout client\` and \`timeout server\` do; ten seconds or less would cut calls.`,
  file: (sections) => `userlist users
  user admin insecure-password secret
defaults
  mode http
  timeout connect 5s
  timeout client 30s
  timeout server 30s
${sections.join('\n')}
`,
  cases: [
    {
      title: 'works',
      isEncrypted: true,
      configuration: ({ listen, livekit, certificate }) => `listen livekit
  bind ${listen} ssl crt ${certificate} alpn http/1.1
  mode http
  timeout connect 5s
  timeout client 30s
  timeout server 30s
  # A signal connection lasts as long as the meeting.
  timeout tunnel 1h
  server node ${livekit} check`,
      verify: null,
      run: null,
      browserJoins: true,
    },
    {
      title: 'no healthy livekit-server behind it',
      configuration: ({ listen, nothing }) => `listen no-server
  bind ${listen}
  server node ${nothing} check inter 100ms fall 1`,
      verify: { check: 'admission', reason: 'bad_gateway' },
      run: 'bad_gateway',
      browserJoins: false,
    },
    {
      title: 'redirects to https',
      configuration: ({ listen, livekit }) => `listen redirect
  bind ${listen}
  http-request redirect scheme https code 301
  server node ${livekit}`,
      verify: { check: 'admission', reason: 'redirected' },
      run: 'redirected',
      browserJoins: false,
    },
    {
      title: 'asks for user and password',
      configuration: ({ listen, livekit }) => `listen password
  bind ${listen}
  http-request auth realm livekit unless { http_auth(users) }
  server node ${livekit}`,
      verify: { check: 'admission', reason: 'login_required' },
      run: 'login_required',
      browserJoins: false,
    },
    {
      title: 'denies all requests but those of its own pages',
      configuration: ({ listen, livekit }) => `listen denied
  bind ${listen}
  http-request deny unless { path_beg /app }
  server node ${livekit}`,
      verify: { check: 'admission', reason: 'blocked' },
      run: 'blocked',
      browserJoins: false,
    },
    {
      title: 'a page of the application answers in place of /rtc',
      configuration: ({ listen }) => `frontend page
  bind ${listen}
  http-request return status 200 content-type text/html string "<!doctype html><title>Meet</title>"`,
      verify: { check: 'admission', reason: 'web_page' },
      run: 'web_page',
      browserJoins: false,
    },
  ],
};

export const haproxyCommand = (file: string) => ['haproxy', '-f', file] as const;
