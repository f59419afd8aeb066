/** Test that proves a claim. `name`: end of the name of one test; null: all tests of the file. */
export interface Proof {
  file: string;
  name: string | null;
}

/** Statement about the product, and the real tests that prove it. */
export interface Claim {
  claim: string;
  proofs: readonly Proof[];
}

const proves = (claim: string, ...tests: readonly (string | [string, string])[]): Claim => ({
  claim,
  proofs: tests.map((test) =>
    typeof test === 'string' ? { file: test, name: null } : { file: test[0], name: test[1] },
  ),
});

/**
 * Claims for each row of the table in README.md. The first claims of a row have a smoke test, which
 * every change must pass.
 */
export const README_CLAIMS = {
  'Load-test': [
    proves(
      'participants join a real server, send and receive, and the record evaluates to the same verdict',
      [
        'e2e/gate/gate.smoke.test.ts',
        'passes; its record holds no secret, reports the same, and fails a stricter threshold',
      ],
    ),
    proves(
      'loss, NACKs and repeats equal those of the kernel',
      'e2e/media/loss-truth.smoke.test.ts',
      'e2e/media/loss-truth.measured.test.ts',
    ),
    proves(
      'native participants and browsers receive media from each other',
      'packages/engine/test/browser.smoke.test.ts',
    ),
    proves('every executor joins and leaves as planned', [
      'e2e/load/run-files.measured.test.ts',
      'runs every executor against a real server: each participant joins, stays and leaves as planned',
    ]),
    proves(
      'the files of the scenario library run',
      'e2e/load/library.measured.test.ts',
      'e2e/load/library.long.test.ts',
    ),
    proves(
      'end-to-end encrypted media is decrypted with the key, and only with it',
      'packages/engine/test/e2ee.measured.test.ts',
    ),
    proves('simulcast and VP9 layers', 'packages/engine/test/layered.measured.test.ts'),
    proves('an impaired network hits only the participants that have it', [
      'packages/engine/test/network.measured.test.ts',
      'only the participant with an impaired downlink has loss and delay',
    ]),
    proves(
      'a run on several hosts joins every participant once, and is inconclusive when a host is killed',
      'e2e/queue/queue.measured.test.ts',
    ),
    proves(
      'an overloaded load generator makes a run inconclusive, and blames no server',
      'e2e/verdict/starved-generator.measured.test.ts',
      'e2e/verdict/planted-faults.measured.test.ts',
    ),
    proves(
      'pods of the chart carry a run, which is inconclusive when one of them is deleted',
      ['e2e/kubernetes/chart.test.ts', 'carries a run on all of them'],
      [
        'e2e/kubernetes/chart.test.ts',
        'makes a run inconclusive when a pod is deleted in the middle, and names the pod',
      ],
    ),
    proves(
      'participants of servers in pods receive each other, whichever server they join through',
      'packages/runner/test-kubernetes/livekit.test.ts',
    ),
    proves(
      'latency of media over UDP, TCP and TURN is that of the packets',
      'e2e/paths/paths-truth.long.test.ts',
    ),
    proves(
      'frames on data tracks arrive whole between native participants and browsers, and planted loss is found',
      'e2e/media/data-tracks.test.ts',
    ),
    proves(
      'calls and streams of data arrive whole between native, browser and rtc participants',
      'e2e/media/data.measured.test.ts',
    ),
    proves('the live page shows a fault while it happens', 'e2e/report/live-page.long.test.ts'),
    proves('what a server logs during a run is in its report', 'e2e/report/server-log.test.ts'),
    proves(
      'the CPU profile of a server that crosses a limit is in the report, as Go reads it',
      'e2e/report/server-profile.test.ts',
    ),
    proves(
      'a report names memory and the table of tracked connections where they were used up',
      'e2e/report/host-limits.test.ts',
    ),
  ],
  'Test voice agents': [
    proves('callers measure the answers of an agent that is dispatched to their room', [
      'e2e/agents/agents.smoke.test.ts',
      'callers measure the answers of an agent that their token dispatches',
    ]),
    proves('callers without an agent, and rooms that wait for one, are counted and shown', [
      'e2e/agents/agents.test.ts',
      'rooms that wait for an agent are shown',
    ]),
    proves(
      'what callers measure is what the agent did, within 20 ms',
      'e2e/agents/precision.measured.test.ts',
    ),
    proves(
      'callers on real clients hear what the agent did, later by their jitter buffer',
      'e2e/agents/real-clients.measured.test.ts',
    ),
    proves(
      "agents of LiveKit's frameworks for Node and Python answer",
      'e2e/agents/frameworks.long.test.ts',
    ),
    proves(
      'a transfer to another agent is measured, and a lost one counted',
      'e2e/agents/call-centre.test.ts',
    ),
    proves(
      'conversations are measured when a job, a worker or all of them end',
      'packages/chaos/test/agent-drills.long.test.ts',
    ),
    proves(
      'a worker that takes eight jobs carries eight conversations, and its jobs are the cause; with a CPU quota, its CPU is',
      'e2e/agents/agents-capacity.long.test.ts',
    ),
    proves(
      'the voice of the caller that an agent sends back is named, and is not taken for an answer',
      'e2e/agents/echo.test.ts',
    ),
    proves(
      'callers are read from standard input, and a wrong key is refused before the run',
      'e2e/agents/agents-input.test.ts',
    ),
    proves(
      'figures of 50 SIP calls are those in the log of the answering side, SIPp',
      'e2e/sip/sip.test.ts',
    ),
    proves(
      'a worker that dies, and a room without an agent, show in metrics',
      'e2e/monitor/agents.test.ts',
    ),
  ],
  'Test broadcasts': [
    proves(
      'a missing segment is found where and when it is missing, and nothing in a healthy stream',
      'e2e/hls/hls.smoke.test.ts',
    ),
    proves(
      'a radio is heard from RTMP to HLS, and the delays of its stages add up to the whole one',
      'e2e/ingress/radio.measured.test.ts',
    ),
    proves(
      'WHIP publishers and WHEP players are measured, play again after a restart, and end their sessions',
      'e2e/whip/streams.test.ts',
    ),
  ],
  'Check recordings': [
    proves(
      'what a recording lacks is named, and nothing for a whole one',
      'e2e/recordings/recordings.smoke.test.ts',
    ),
    proves(
      'defects that were planted into recordings are found, and none in good ones',
      'packages/recordings/test/planted-defects.test.ts',
    ),
    proves(
      'every failure that a stand-in of egress plays is found through the API and in its files',
      'e2e/recordings/egress-stand-in.long.test.ts',
    ),
    proves(
      'files of a dead stand-in of an egress worker are cut, and those of others are whole',
      'e2e/recordings/egress-workers.long.test.ts',
    ),
    proves(
      'a drill kills a stand-in of an egress worker: its recordings have no end, those of others are whole',
      'e2e/recordings/egress-drill.long.test.ts',
    ),
    proves(
      'recordings in a bucket are judged, and what the storage refuses is not',
      'e2e/recordings/s3.long.test.ts',
    ),
  ],
  'Know the price': [
    proves(
      'a month on LiveKit Cloud and on own machines costs what the price book yields',
      'e2e/cost/cost.smoke.test.ts',
    ),
    proves(
      'minutes are metered within 1 % of the record, traffic within 2 % of the kernel',
      'packages/exporter/test/metering.long.test.ts',
    ),
  ],
  'Check a deployment': [
    proves(
      'a server that is right passes; the keys of development mode are found',
      'e2e/verify/verify.smoke.test.ts',
    ),
    proves('a proxy that drops WebSocket upgrades is found', 'e2e/proxies/proxies.smoke.test.ts'),
    proves('every planted misconfiguration is the only finding', 'e2e/verify/verify.long.test.ts'),
    proves(
      'SIP trunks and dispatch rules that are wrong are named, each by its id',
      'e2e/verify/verify-sip.test.ts',
    ),
    proves(
      'a server that is right passes the audit, and its bundle shows every change',
      'e2e/verify/audit.smoke.test.ts',
    ),
    proves(
      'default keys, open ports, a relay into loopback, old TLS, and gateways that ignore expiry or grants are found, and nothing else',
      'e2e/verify/audit.test.ts',
    ),
    proves(
      'a deployment is fit for an event, is not, or it is unknown',
      'e2e/verify/ready.test.ts',
    ),
    proves(
      'every path of media is checked, and a missing one is named with its setting',
      'e2e/paths/connectivity.test.ts',
      'e2e/paths/paths.measured.test.ts',
    ),
    proves(
      'an expired certificate and one of another name have different errors',
      'e2e/deployment/tls.test.ts',
    ),
    proves(
      'webhooks and API of a healthy server agree with its participants',
      'e2e/presence/presence.smoke.test.ts',
    ),
    proves(
      'events that are delivered again, late, or never after a SIGKILL are found, and no others',
      'e2e/presence/faults.test.ts',
    ),
    proves(
      'a room in the far region and an address that is not allowed are found, and nothing in healthy regions',
      'e2e/regions/regions.measured.test.ts',
    ),
    proves(
      'users of a lost region reconnect to the nearest other one, and others notice nothing',
      'e2e/regions/region-loss.long.test.ts',
    ),
    proves(
      'the API lists participants that go without a word until the server notices, and that is found',
      'e2e/presence/ghosts.test.ts',
    ),
  ],
  'Plan capacity': [
    proves(
      'a memory limit, and a full table of tracked connections, are named as the first bottleneck',
      'e2e/capacity/host-limits.long.test.ts',
    ),
    proves('a search that is interrupted keeps what it measured', [
      'e2e/capacity/capacity.smoke.test.ts',
      'Ctrl-C leaves a result of what was measured, and nothing else',
    ]),
    proves(
      'the maximum load is where it was planted, with its cause',
      'e2e/capacity/capacity.measured.test.ts',
      [
        'e2e/capacity/capacity.long.test.ts',
        'a limit on the packets of a node is the network: searches: 1',
      ],
    ),
    proves('a plan predicts what a run measures', [
      'e2e/load/plan.measured.test.ts',
      'predicts what a run then measures',
    ]),
  ],
  'Find leaks': [
    proves(
      'cycles of joins end with a reading of the server at rest',
      'e2e/soak/soak.smoke.test.ts',
    ),
    proves(
      'a published leak is found in the version that has it, and not in the next one',
      'e2e/soak/soak.long.test.ts',
    ),
  ],
  'Gate releases': [
    proves('a crossed threshold ends with exit code 99', [
      'e2e/gate/gate.smoke.test.ts',
      'fails with exit 99 when a threshold is crossed, thresholds first',
    ]),
    proves('a load test of the chart is a Job that fails for a crossed threshold', [
      'e2e/kubernetes/chart.test.ts',
      'fail with exit code 99 for a crossed threshold, and are not tried again',
    ]),
    proves(
      'the examples for GitHub and GitLab pass and fail as they should',
      'e2e/gate/ci-examples.measured.test.ts',
      'e2e/gate/github-action.long.test.ts',
    ),
    proves(
      'a worse server is found by A/B runs, and an equal one is not',
      'e2e/compare/ab.measured.test.ts',
      'e2e/compare/compare.measured.test.ts',
    ),
    proves('a difference of 5 % in the latency of media is found between two deployments', [
      'e2e/compare/ab-detect.long.test.ts',
      'a planted difference of 5 % in the latency of media is found between two deployments',
    ]),
    proves('reports made again from a record are the same', [
      'e2e/report/reports.measured.test.ts',
      'makes every report again, the same',
    ]),
    proves('a report opens each participant and room, by an address', [
      'packages/report/test/html.test.ts',
      'are opened by name, with their room and their publishers, and closed again',
    ]),
    proves(
      'the page of a comparison shows both sides on the same axes',
      'packages/report/test/comparison-html.test.ts',
    ),
  ],
  Monitor: [
    proves(
      'probes of a cluster succeed, and leave no room',
      'packages/exporter/test/probes.smoke.test.ts',
    ),
    proves(
      'every alert is silent first and fires then, by promtool',
      'packages/mixin/test/promtool.smoke.test.ts',
    ),
    proves(
      'every query of the dashboards has data in a real Prometheus',
      'packages/mixin/test/queries.measured.test.ts',
    ),
    proves(
      'real faults of services raise the right alerts, and no other',
      'packages/mixin/test/alerts-of-services.long.test.ts',
    ),
    proves(
      'the beacon reports what browsers measure',
      'packages/exporter/test/beacon.measured.test.ts',
    ),
    proves('pushed metrics equal the record', 'e2e/monitor/push-metrics.test.ts'),
    proves('the trace of a slow join names the slow step', 'e2e/monitor/traces.test.ts'),
    proves('SLO reports leave out drills and load tests', 'e2e/monitor/slo-report.test.ts'),
    proves('split brain is found', 'packages/exporter/test/split-brain.test.ts'),
    proves('the leg of a call that loses packets is found', [
      'packages/exporter/test/sessions.long.test.ts',
      'finds the leg on which loss was planted, in six of six rounds',
    ]),
    proves(
      'the Compose file starts, takes load, and is monitored',
      'e2e/stack/stack.measured.test.ts',
    ),
  ],
  'Rehearse failures': [
    proves(
      'rooms of a killed node recover on others, and no other room is interrupted',
      'packages/chaos/test/kill-node.smoke.test.ts',
      'packages/chaos/test/kill-node.measured.test.ts',
    ),
    proves(
      'a measured interruption is as long as the one that was made',
      'packages/chaos/test/library-drills.measured.test.ts',
    ),
    proves('a drill of the library runs, and misses only what is known', [
      'packages/chaos/test/library-drills.long.test.ts',
      'forced-stop: it is executed, and what it misses is known',
    ]),
    proves('every fault does what it states', 'packages/chaos/test/faults.measured.test.ts'),
    proves(
      'every fault is rolled back after its controller was killed',
      'packages/chaos/test/rollback.test.ts',
      'e2e/chaos/random-kills.measured.test.ts',
    ),
    proves(
      'a fault ends on its target without the controller',
      'packages/chaos/test/expiry.test.ts',
      'packages/chaos/test/expiry-ssh.long.test.ts',
    ),
    proves(
      'drills run on containers of a real Docker engine',
      'packages/chaos/test/docker-target.long.test.ts',
    ),
    proves(
      'drills run on pods of a real Kubernetes, and behind an Ingress',
      'packages/chaos/test-kubernetes/target.test.ts',
      'e2e/kubernetes/ingress.test.ts',
    ),
    proves(
      'faults of pods on the host network act on them alone, and end when helper or drill is killed',
      'packages/chaos/test-kubernetes/pod-helper.test.ts',
      'e2e/kubernetes/helper.test.ts',
    ),
    proves(
      'Kubernetes rolls pods to another version, and back when it cannot start',
      'packages/chaos/test-kubernetes/rollout.test.ts',
      'e2e/kubernetes/roll.test.ts',
    ),
    proves(
      'objects for Chaos Mesh are as its definitions require, and are removed by the rollback',
      'packages/chaos/test-kubernetes/chaos-mesh.test.ts',
    ),
    proves(
      'a roll under calls changes every node, or puts back each that it has changed',
      'e2e/chaos/roll.measured.test.ts',
      'e2e/chaos/roll.long.test.ts',
      'e2e/chaos/roll-undone.long.test.ts',
      'packages/chaos/test/docker-roll.long.test.ts',
      'packages/chaos/test/ssh-roll.long.test.ts',
    ),
    proves(
      'a rehearsal of an autoscaler adds nodes in a lab, drains them, and leaves no process behind',
      'e2e/scale/scale.measured.test.ts',
    ),
    proves(
      'a rehearsal of an autoscaler finds nodes that come too late, and calls that a Spot node cuts',
      'e2e/scale/scale-late.long.test.ts',
    ),
    proves(
      'the HorizontalPodAutoscaler of a real Kubernetes adds livekit-servers and drains them; calls that a short grace period cuts are counted',
      'e2e/kubernetes/scale.test.ts',
    ),
  ],
} as const satisfies Record<string, readonly Claim[]>;

/** Claims of other pages. */
const OTHER_CLAIMS: readonly Claim[] = [
  proves(
    'no secret is in a record, a log or a report',
    [
      'e2e/gate/gate.smoke.test.ts',
      'passes; its record holds no secret, reports the same, and fails a stricter threshold',
    ],
    ['e2e/monitor/exporter.test.ts', 'needs only LIVEKIT_URL and its keys, and prints no secret'],
  ),
  proves(
    'load on a deployment that others use needs a confirmation',
    'e2e/deployment/load-guard.test.ts',
  ),
  proves('participants use the tokens of an application', 'e2e/deployment/token-endpoint.test.ts'),
  proves('a clock that jumps makes a run inconclusive', 'e2e/verdict/time-faults.long.test.ts'),
  proves('IPv4 and IPv6', 'e2e/paths/address-families.long.test.ts'),
  proves('browsers and native participants measure the same', 'e2e/media/witnesses.long.test.ts'),
  proves('Firefox publishes and watches, and ends with its run', 'e2e/media/firefox.test.ts'),
  proves(
    'a Kubernetes for tests on this host leaves only its logs, also when its owner is killed',
    'testkit/test-kubernetes/cluster.test.ts',
    'testkit/test-kubernetes/killed.test.ts',
  ),
  proves('the API server accepts every object of the chart', [
    'e2e/kubernetes/chart.test.ts',
    'accepts every object of the chart',
  ]),
  proves('the image and the chart', 'e2e/packaging/image.test.ts', 'e2e/packaging/chart.test.ts'),
];

/** All claims, by heading. */
export const CLAIMS: Readonly<Record<string, readonly Claim[]>> = {
  ...README_CLAIMS,
  'Other pages': OTHER_CLAIMS,
};
