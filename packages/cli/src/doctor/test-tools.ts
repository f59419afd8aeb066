import { checkSources, findProgram, isFound, K6 } from '@livekit-swarm/lab';
import { type Finding, ok, warn } from './finding.ts';
import { firstLine, runCaptured } from './program-output.ts';

const SBIN = ['/usr/sbin', '/sbin'];

/**
 * Checks what only some tests and commands need: packet loss in a network namespace, a browser, k6,
 * and a Docker engine.
 */
export const checkTestTools = (): Promise<Finding[]> =>
  Promise.all([lookAtNamespaces(), lookAtNftables(), lookAtChromium(), lookAtK6(), lookAtDocker()]);

const lookAtNamespaces = async (): Promise<Finding> => {
  const name = 'network namespaces';
  if (process.platform !== 'linux')
    return warn(name, `none on ${process.platform}`, 'the packet-loss tests need Linux');
  const unshare = await findProgram('unshare', process.env, SBIN);
  const ip = await findProgram('ip', process.env, SBIN);
  if (unshare === null || ip === null)
    return warn(
      name,
      `no ${unshare === null ? 'unshare' : 'ip'}`,
      'for the packet-loss tests: sudo apt-get install iproute2 util-linux',
    );
  const { ok: works } = await runCaptured(unshare, ['--net', 'true']);
  return works
    ? ok(name, 'can be made')
    : warn(name, 'not permitted', 'for the packet-loss tests: run them as root');
};

const lookAtNftables = async (): Promise<Finding> => {
  const name = 'nftables';
  if (process.platform !== 'linux')
    return warn(name, `none on ${process.platform}`, 'the packet-loss tests need Linux');
  const nft = await findProgram('nft', process.env, SBIN);
  if (nft === null)
    return warn(name, 'no nft', 'for the packet-loss tests: sudo apt-get install nftables');
  return ok(name, firstLine((await runCaptured(nft, ['--version'])).stdout));
};

const lookAtChromium = async (): Promise<Finding> => {
  for (const name of ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']) {
    const path = await findProgram(name);
    if (path !== null)
      return ok(
        'Chromium',
        `${firstLine((await runCaptured(path, ['--version'])).stdout)} at ${path}`,
      );
  }
  return warn('Chromium', 'none on PATH', 'for the browser tests: sudo apt-get install chromium');
};

const lookAtK6 = async (): Promise<Finding> => {
  const name = `k6 ${K6.version}`;
  const places = await checkSources(K6);
  const used = places.find(isFound);
  if (used !== undefined) return ok(name, `${used.version} at ${used.path}`);
  return warn(
    name,
    'not here yet',
    `for the scripts in scenarios/k6: npm run k6 (builds it once, in ${K6.usualBuild}; needs Go)`,
  );
};

const lookAtDocker = async (): Promise<Finding> => {
  const name = 'Docker engine';
  const dockerd = await findProgram('dockerd', process.env, SBIN);
  if (dockerd === null)
    return warn(
      name,
      'no dockerd',
      'for the tests of docker-compose.yml: sudo apt-get install docker.io docker-compose',
    );
  const version = firstLine((await runCaptured(dockerd, ['--version'])).stdout);
  if (process.getuid?.() !== 0)
    return warn(
      name,
      `${version}, but only root can start one`,
      'for the tests of docker-compose.yml: run them as root',
    );
  return ok(name, version);
};
