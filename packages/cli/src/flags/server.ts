import { PINNED_VERSIONS, SERVER_GRAMMAR } from '@livekit-swarm/campaign/server-grammar';
import { DEFAULT_LIVEKIT_VERSION } from '@livekit-swarm/lab/choices';
import { Option } from 'commander';
import { repeatable } from './repeatable.ts';

/** Grammar of `--server` where servers need neither a name nor a limit. */
const LAB_GRAMMAR = 'VERSION|PATH[+CONFIG]';

/** Description of `--server`, the same for every command. */
const DESCRIPTION = `server to start and test: ${SERVER_GRAMMAR}; VERSION is ${PINNED_VERSIONS} (default: ${DEFAULT_LIVEKIT_VERSION}), PATH a livekit-server, CONFIG a livekit.yaml to merge, N its CPU limit in cores (Linux, root)`;

/** The server of a command that tests one. */
export const serverFlag = (): Option => new Option('--server <server>', DESCRIPTION);

/** The server of all nodes of a lab. */
export const labServerFlag = (): Option =>
  new Option(
    '--server <server>',
    `livekit-server of every node: ${LAB_GRAMMAR}; VERSION is ${PINNED_VERSIONS} (default: ${DEFAULT_LIVEKIT_VERSION}), PATH a livekit-server, CONFIG a livekit.yaml to merge`,
  );

/** The servers of a command that tests several. @param times how often it may be given: `twice` */
export const serversFlag = (times: string): Option =>
  repeatable('--server <server>', `${DESCRIPTION}; ${times}`);
