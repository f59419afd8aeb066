import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthority } from '../authority.ts';
import { createClusterPorts } from '../cluster/cluster-ports.ts';
import { createService } from '../cluster/service.ts';
import { coturn, turnConfig } from '../cluster/services/coturn.ts';
import { type LiveKitConfig, mergeConfig } from './config.ts';
import { NO_PATHS, type OfferedPath, pathConfig } from './offered-paths.ts';

/** TURN relay that a single server on loopback needs to offer paths. */
export interface Relay extends AsyncDisposable {
  /** Settings for the server's configuration. */
  config: LiveKitConfig;
  /**
   * Certificate of the CA that signed the certificate of TURN over TLS, PEM; null: TLS is not
   * offered.
   */
  authority: string | null;
}

/**
 * Chooses ports for the paths and starts coturn for TURN over TCP and TLS. Its secrets are in a
 * separate folder, which is removed with the relay, because the server's folder stays with the
 * record.
 * @throws SwarmError `no_program`, `no_certificates`, `service_ended`, `not_ready`
 */
export const openRelay = async (
  offered: ReadonlySet<OfferedPath>,
  logDir: string,
  version: string,
): Promise<Relay> => {
  const ports = createClusterPorts();
  const paths = {
    iceTcpPort: offered.has('ice-tcp') ? await ports.tcp() : NO_PATHS.iceTcpPort,
    turnPort: offered.has('turn-udp') ? await ports.udp() : NO_PATHS.turnPort,
  };
  const own = pathConfig(paths, '127.0.0.1', version);
  if (!offered.has('turn-tcp') && !offered.has('turn-tls'))
    return { config: own, authority: null, [Symbol.asyncDispose]: async () => {} };

  const dir = await mkdtemp(join(tmpdir(), 'swarm-relay-'));
  const remove = (): Promise<void> => rm(dir, { recursive: true, force: true });
  try {
    const authority = await createAuthority(join(dir, 'ca'));
    const certificate = await authority.sign({
      name: 'coturn',
      subject: '/CN=127.0.0.1',
      usage: 'serverAuth',
      names: ['IP:127.0.0.1'],
    });
    const turnPorts = { plain: await ports.tcp(), tls: await ports.tcp() };
    const secret = randomBytes(24).toString('hex');
    const secretFile = join(dir, 'turn-secret');
    await writeFile(secretFile, secret, { mode: 0o600 });
    const spec = await coturn({ dir, ports: turnPorts, certificate, secret });
    const service = createService({ ...spec, logFile: join(logDir, 'coturn.log') });
    await service.start();
    return {
      config: mergeConfig(own, turnConfig(turnPorts, secret, secretFile, version)),
      authority: await readFile(authority.certificate.cert, 'utf8'),
      [Symbol.asyncDispose]: async () => {
        await service.stop();
        await remove();
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
};
