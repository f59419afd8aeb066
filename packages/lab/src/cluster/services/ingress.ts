import { join } from 'node:path';
import type { ProgramBinary } from '../../provision/pinned-program.ts';
import { type LiveKitConfig, mergeConfig, writeConfig } from '../../server/config.ts';
import type { ApiCredentials } from '../../server/credentials.ts';
import { plainEnvironment } from '../../server/environment.ts';
import type { ClusterPorts } from '../cluster-ports.ts';
import type { ServiceSpec } from '../service-spec.ts';

export interface IngressPorts {
  rtmp: number;
  whip: number;
  /** UDP port for media of WHIP. */
  media: number;
  health: number;
  metrics: number;
  /** Port at which its processes for single streams get their media. */
  relay: number;
}

export const ingressPorts = async (ports: ClusterPorts): Promise<IngressPorts> => ({
  rtmp: await ports.tcp(),
  whip: await ports.tcp(),
  media: await ports.udp(),
  health: await ports.tcp(),
  metrics: await ports.tcp(),
  relay: await ports.tcp(),
});

/** Part of a node's configuration: the addresses that it gives to encoders. */
export const ingressAddresses = ({ rtmp, whip }: IngressPorts): LiveKitConfig => ({
  ingress: {
    rtmp_base_url: `rtmp://127.0.0.1:${rtmp}/x`,
    whip_base_url: `http://127.0.0.1:${whip}/w`,
  },
});

export interface IngressOptions {
  dir: string;
  binary: Pick<ProgramBinary, 'path'>;
  ports: IngressPorts;
  credentials: ApiCredentials;
  /** URL of a node or the load balancer, ws://. */
  url: string;
  /** Section `redis` of its configuration. */
  redis: LiveKitConfig;
  /** Further files in its folder, which that section names. */
  files: Readonly<Record<string, string>>;
  /** Overrides of its configuration. */
  config: LiveKitConfig;
}

/**
 * Idle cores that ingress requires for one more stream (the defaults are 2 for RTMP and WHIP), and
 * the share of the cores that must stay idle. Less than none: a lab accepts streams on a busy host,
 * which its load generator keeps busy.
 */
const CPU_COST = {
  rtmp_cpu_cost: -1,
  whip_cpu_cost: -1,
  url_cpu_cost: -1,
  whip_bypass_transcoding_cpu_cost: -1,
  min_idle_ratio: 0.001,
};

/**
 * Shell script that starts it. It starts itself again for each stream, by its name and in another
 * folder, so that its own folder must be on PATH. On Linux that path leads through none of its
 * parent folders, which may be closed to its user. Each of these processes would search GStreamer's
 * plugins for seconds, if none could write down what it found.
 */
const SCRIPT = `
here=${process.platform === 'linux' ? '/proc/$$/cwd' : '$PWD'}
export PATH="$here:$PATH" GST_REGISTRY="$here/data/registry.bin"
exec ./ingress --config ingress.yaml
`;

/** Time for its streams to end, ms. */
const STREAMS_END_MS = 3_000;

/** Describes livekit/ingress, which publishes RTMP and WHIP as participants. */
export const ingress = (options: IngressOptions): ServiceSpec => {
  const { dir, binary, ports, credentials, url, redis, files, config } = options;
  const folder = join(dir, 'ingress');
  const own: LiveKitConfig = {
    redis,
    ws_url: url,
    rtmp_port: ports.rtmp,
    whip_port: ports.whip,
    health_port: ports.health,
    prometheus_port: ports.metrics,
    http_relay_port: ports.relay,
    rtc_config: {
      udp_port: ports.media,
      node_ip: '127.0.0.1',
      use_external_ip: false,
      enable_loopback_candidate: true,
      interfaces: { includes: ['lo', 'lo0'] },
    },
    cpu_cost: CPU_COST,
    logging: { level: 'info', json: true },
  };
  return {
    name: 'ingress',
    command: '/bin/sh',
    args: ['-c', SCRIPT],
    env: {
      ...plainEnvironment(),
      LIVEKIT_API_KEY: credentials.apiKey,
      LIVEKIT_API_SECRET: credentials.apiSecret,
    },
    files: {
      ...Object.fromEntries(
        Object.entries(files).map(([file, content]) => [join(folder, file), content]),
      ),
      [join(folder, 'ingress.yaml')]: writeConfig(mergeConfig(own, config)),
    },
    ownUser: { folder, dataFolder: 'data', programs: { ingress: binary.path } },
    logFile: join(dir, 'ingress.log'),
    ready: { url: `http://127.0.0.1:${ports.health}/` },
    readyWithinMs: 20_000,
    // SIGTERM would wait for all streams to end.
    stopSteps: [
      ['SIGINT', STREAMS_END_MS],
      ['SIGKILL', 5_000],
    ],
    url: `rtmp://127.0.0.1:${ports.rtmp}`,
  };
};
