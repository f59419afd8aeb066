import type { ProxyProgram } from './proxy-case.ts';

const UPGRADE = `    proxy_http_version 1.1;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection "upgrade";`;

/** Paths of temporary files are those of an unprivileged nginx. */
export const NGINX: ProxyProgram = {
  title: 'nginx',
  about: `- **Certificate:** the lines that begin with \`ssl_\`. The file has the certificate first, then its chain.
- **Upgrade:** without the three lines that follow \`proxy_pass\`, nginx speaks HTTP/1.0 to livekit-server, and removes the headers of the upgrade.
- **Times:** \`proxy_read_timeout\` is the longest time without a byte from livekit-server. Its default of 60 s is enough as well.`,
  file: (servers) => `daemon off;
pid nginx.pid;
error_log stderr crit;
events {}
http {
access_log off;
client_body_temp_path temp;
proxy_temp_path temp;
fastcgi_temp_path temp;
uwsgi_temp_path temp;
scgi_temp_path temp;
${servers.join('\n')}
}
`,
  cases: [
    {
      title: 'works',
      isEncrypted: true,
      configuration: ({ host, listen, livekit, certificate }) => `server {
  listen ${listen} ssl;
  server_name ${host};
  ssl_certificate ${certificate};
  ssl_certificate_key ${certificate}.key;
  # A join carries its tracks and its session description in the URL.
  large_client_header_buffers 4 32k;
  location / {
    proxy_pass http://${livekit};
${UPGRADE}
    proxy_set_header Host $host;
    # A signal connection lasts as long as the meeting.
    proxy_read_timeout 1h;
  }
}`,
      verify: null,
      run: null,
      browserJoins: true,
    },
    {
      title: 'headers of the WebSocket upgrade missing',
      configuration: ({ listen, livekit }) => `server {
  listen ${listen};
  location / {
    proxy_pass http://${livekit};
  }
}`,
      verify: { check: 'websocket', reason: 'upgrade_removed' },
      run: 'upgrade_removed',
      browserJoins: false,
    },
    {
      title: 'no livekit-server behind it',
      configuration: ({ listen, nothing }) => `server {
  listen ${listen};
  location / {
    proxy_pass http://${nothing};
${UPGRADE}
  }
}`,
      verify: { check: 'admission', reason: 'bad_gateway' },
      run: 'bad_gateway',
      browserJoins: false,
    },
    {
      title: '/rtc removed from the path',
      configuration: ({ listen, livekit }) => `server {
  listen ${listen};
  location /rtc {
    proxy_pass http://${livekit}/;
${UPGRADE}
  }
}`,
      verify: { check: 'admission', reason: 'wrong_path' },
      run: 'wrong_path',
      browserJoins: false,
    },
    {
      title: 'below a path, without the slash at the end of proxy_pass',
      path: '/livekit',
      configuration: ({ listen, livekit }) => `server {
  listen ${listen};
  location /livekit/ {
    proxy_pass http://${livekit};
${UPGRADE}
  }
}`,
      verify: { check: 'admission', reason: 'wrong_path' },
      run: 'wrong_path',
      browserJoins: false,
    },
    {
      title: 'the header Authorization removed',
      configuration: ({ listen, livekit }) => `server {
  listen ${listen};
  location / {
    proxy_pass http://${livekit};
${UPGRADE}
    proxy_set_header Authorization "";
  }
}`,
      verify: { check: 'admission', reason: 'authorization_removed' },
      run: 'authorization_removed',
      browserJoins: true,
    },
    {
      title: 'large_client_header_buffers of 2 KB, and tokens with attributes of 3 KB',
      attributesChars: 3_000,
      configuration: ({ listen, livekit }) => `server {
  listen ${listen};
  large_client_header_buffers 2 2k;
  location / {
    proxy_pass http://${livekit};
${UPGRADE}
  }
}`,
      verify: { check: 'request-size', reason: 'url_too_long', severity: 'warning' },
      run: 'header_too_large',
      browserJoins: false,
    },
  ],
};

export const nginxCommand = (file: string, dir: string) =>
  ['nginx', '-e', 'stderr', '-p', dir, '-c', file] as const;
