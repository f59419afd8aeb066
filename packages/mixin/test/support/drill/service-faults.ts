/**
 * Faults of services around the nodes: API, webhooks, recordings, TURN, certificates, browsers of
 * users.
 */
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { AccessToken, EgressClient, EncodedFileOutput } from 'livekit-server-sdk';
import { browser } from './application.ts';
import type { MonitoredDeployment } from './deployment.ts';
import { type FaultCase, JOINS_FAILING } from './fault-case.ts';
import { kill, until } from './nodes.ts';

/** Number of browsers, more than the alert needs. */
const BROWSERS = 12;
const REPORT_EVERY_S = 10;
const CONCEALED = 0.3;

/** Repeats an action until the returned function is called; the fault makes the action fail. */
const repeatedly = (everyMs: number, act: () => Promise<unknown>): (() => Promise<void>) => {
  let stopped = false;
  const running = new Set<Promise<unknown>>();
  const timer = setInterval(() => {
    if (stopped) return;
    const one = act().catch(() => {});
    running.add(one);
    void one.finally(() => running.delete(one));
  }, everyMs);
  return async () => {
    stopped = true;
    clearInterval(timer);
    await Promise.all(running);
  };
};

export const recordingsUnserved: FaultCase = {
  name: 'api',
  description: 'an application starts recordings twice a second, and no egress service runs',
  fires: ['LiveKitApiErrors'],
  may: [],
  resolves: ['LiveKitApiErrors'],
  begin: async ({ cluster: { httpUrl, apiKey, apiSecret }, rooms }, inject) => {
    const egress = new EgressClient(httpUrl, apiKey, apiSecret);
    const name = 'rec0rd';
    await rooms.createRoom({ name, emptyTimeout: 3_600 });
    inject();
    const rollback = repeatedly(500, () =>
      egress.startRoomCompositeEgress(name, new EncodedFileOutput({ filepath: '/out/call.mp4' })),
    );
    return { rollback };
  },
};

export const webhooksRefused: FaultCase = {
  name: 'webhooks',
  description: 'the server of the application answers webhooks with 500',
  fires: ['LiveKitWebhooksFailing'],
  may: [],
  resolves: ['LiveKitWebhooksFailing'],
  begin: async ({ application }, inject) => {
    inject();
    application.failing = true;
    return {
      rollback: async () => {
        application.failing = false;
      },
    };
  },
};

export const egressFailed: FaultCase = {
  name: 'egress',
  description:
    'recordings fail: the exporter receives their webhooks, signed as livekit-server signs them',
  fires: ['LiveKitEgressFailing'],
  may: [],
  resolves: ['LiveKitEgressFailing'],
  begin: async (deployment, inject) => {
    inject();
    for (let count = 1; count <= 3; count++) {
      await sendEgressEnded(deployment, `EG_failed${count}`);
      await sleep(2_000);
    }
    return { rollback: async () => {} };
  },
};

const sendEgressEnded = async (
  { cluster: { apiKey, apiSecret }, exporterUrl }: MonitoredDeployment,
  egressId: string,
): Promise<void> => {
  const body = JSON.stringify({
    event: 'egress_ended',
    id: `EV_${egressId}`,
    createdAt: String(Math.floor(Date.now() / 1_000)),
    egressInfo: {
      egressId,
      roomName: 'town-hall',
      status: 'EGRESS_FAILED',
      error: 'upload failed',
    },
  });
  const token = new AccessToken(apiKey, apiSecret, { ttl: 60 });
  token.sha256 = createHash('sha256').update(body).digest('base64');
  const response = await fetch(`${exporterUrl}/webhook/lab`, {
    method: 'POST',
    headers: { 'content-type': 'application/webhook+json', authorization: await token.toJwt() },
    body,
  });
  if (!response.ok) throw new Error(`the exporter answered a webhook with ${response.status}`);
};

export const turnKilled: FaultCase = {
  name: 'turn',
  description: 'the TURN server is killed (SIGKILL)',
  fires: ['LiveKitPathFailing'],
  // Probes are the only users of TURN, and they are few; their joins have no media.
  may: JOINS_FAILING,
  resolves: ['LiveKitPathFailing'],
  begin: async ({ cluster, ask }, inject) => {
    await until(
      'a probe by TURN succeeds',
      async () => {
        const [sample] = await ask('livekit_swarm_probe_path_success{path="turn-udp"} == 1');
        return sample;
      },
      180_000,
    );
    const turn = cluster.service('coturn');
    inject();
    await kill(turn);
    return { rollback: turn.start };
  },
};

export const certificateOld: FaultCase = {
  name: 'certificate',
  description: 'the address with TLS serves a certificate that is valid for 10 more days',
  fires: ['LiveKitCertificateExpires'],
  may: [],
  resolves: ['LiveKitCertificateExpires'],
  begin: async ({ entrance, ask }, inject) => {
    await until('blackbox_exporter sees the certificate', async () => {
      const [sample] = await ask('probe_ssl_earliest_cert_expiry - time() > 30 * 86400');
      return sample;
    });
    await entrance.renew(10);
    inject();
    return { rollback: () => entrance.renew(60) };
  },
};

export const usersUnhappy: FaultCase = {
  name: 'users',
  description: `${BROWSERS} browsers report that ${CONCEALED * 100} % of their audio was concealed`,
  fires: ['LiveKitUserQualityLow'],
  may: [],
  resolves: ['LiveKitUserQualityLow'],
  begin: async ({ cluster: { apiKey, apiSecret }, exporterUrl }, inject) => {
    const browsers = Array.from({ length: BROWSERS }, (_, index) =>
      browser({ exporterUrl, apiKey, apiSecret, identity: `user-${index}` }),
    );
    let concealed = 0;
    const reportAll = (): Promise<unknown> =>
      Promise.all(browsers.map((report) => report({ seconds: REPORT_EVERY_S, concealed })));
    await reportAll();
    const finish = repeatedly(REPORT_EVERY_S * 1_000, reportAll);
    await sleep(REPORT_EVERY_S * 1_000);
    inject();
    concealed = CONCEALED;
    return {
      rollback: async () => {
        concealed = 0;
      },
      finish,
    };
  },
};
