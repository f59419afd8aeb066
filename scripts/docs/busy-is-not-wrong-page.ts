import { IMPAIRMENTS, metricNames } from '@livekit-swarm/metrics';
import { code, generatedFrom, table } from './markdown.ts';

/** Page docs/adr/0013-busy-is-not-wrong.md: a decision with a table of every metric. */
export const busyIsNotWrongPage =
  (): string => `${generatedFrom('packages/metrics/src/impairment.ts and scripts/docs/busy-is-not-wrong-page.ts')}

# 13. Busy is not wrong

Status: accepted

## Question

A run on two cores with other programs beside it was inconclusive because the host was busy, although the load generator used little, sent everything in time, and every threshold held by far. That is the first
impression on a laptop and on a CI runner. When may a run pass although the load generator, or a server that it started, lacked CPU?

## Decision

**A load generator that lacks CPU makes results worse, never better, as long as the load that was planned was really sent.** So such a run passes if all of this is true, and is inconclusive otherwise:

1. Its findings are about CPU alone (${code('cpu_starved')}, ${code('late_sends')}, ${code('tick_lateness')}, ${code('event_loop_lag')}, ${code('host_saturated')}). Dropped datagrams (a full receive buffer drops late bursts first, and
   so improves latency), refused packets, pauses of two seconds, suspensions, set clocks, processes that died and missing samples leave out part of the load or of what was measured: they stay inconclusive.
2. The load was sent within a hundredth: participants that joined and stayed, joins that began within a second of their time, packets. A frame that is more than 300 ms late is skipped, so that of every second in which a thread
   was later than 250 ms all late packets count as not sent; no process paused for a second. Where the load follows feedback that a slow generator gives late (rate adaptation, simulcast and layered video, real clients), what
   was planned is not known, and the run is inconclusive.
3. Every threshold holds, with a fifth of its limit to spare (a limit of zero: exactly), on a metric that a lack of CPU can only have raised, and as an upper limit. Counts that must be reached, and numbers of values, prove nothing.

**A busy host alone is not a finding where it is known that threads got the cores they asked for**: the kernel's run delay of event loops, pump threads and an embedded server (a twentieth of a second, in at most one sample of ten). Then a
crossed threshold is a failure of the server, and ${code('abortOnFail')} ends the run. Where threads waited, or the kernel does not measure it, a crossing on a busy host stays inconclusive.

**In a drill of a lab, the components count, too**: nodes, Redis, load balancer and workers of agents share the host. The coordinator measures the run delay of their threads each second (${code('componentScheduling')}). A busy host is a finding where the load
generator was more than 100 ms late (pump threads, event loops), or a thread of one component waited for more than 250 ms of a second, in more than one sample of ten. Drills judge interruptions of 500 ms and more, to within 100 ms. The generator measures its lateness; of components the kernel has only the sum of all waits
of a thread, so that the limit is half of the shortest interruption, for the case that the sum was one wait. On two cores that were always taken (by programs of policy idle, 27 November 2026) the load generator was 3 to 54 ms late (once 119 ms) while the waits of one of its threads added up to 80 to 550 ms in a second; those of nodes added up to 290 ms at most after the second of their start, in two samples of about 450 to more than 250 ms. It is a finding also if only a
component waited, which a run would not see; and it is none where both got their cores. Seconds in which a fault takes CPU from a component (${code('cpu-pressure')}), and the one after it, do not count for that component. With thresholds on metrics, which judge milliseconds, the stricter rule for runs holds as well.
Where components are elsewhere, or the kernel does not measure them, the rule for runs alone decides.

**Comparisons stay strict** (${code('compare')}, ${code('--baseline')}, ${code('ab')}, ${code('capacity')}): a side on a busy host is worse, and so makes the other look better. There a busy host excludes a run as before. ${code('soak')} compares readings at rest.

The note ${code('host_busy')} states what other programs used, with the three names that used most while the host was busy. Names only, from ${code('/proc/PID/stat')}: arguments may hold secrets. In a container others are not visible, and not named.

## Counterexamples that were considered

- *Less sent, less lost*: a generator that sends less spares the server. Hence condition 2.
- *Joins that come late spread a storm*: a server that works through a queue finishes the last join no earlier when others arrive later, and each join counts from its scheduled time; where it would collapse instead, one late join in a
  hundred does not save it.
- *Feedback that comes late makes the server send smaller layers*: hence no simulcast, no layered video.
- *A loss that is noticed late looks short, or is not noticed*: resumes, reconnects and their time may be either; a session that was lost is read from its result at the end.
- *Bursts overtake each other less, ask for fewer retransmissions, and hide feedback*: the counters of NACK, PLI, RTX and reordering, and loss before recovery on the way up, may be either.
- *Jitter*: independent lateness of the sender adds to the mean of |D| (it is convex), and times of arrival are the kernel's.
- *A server on the same host that lacks CPU uses less of it*: figures of the server may be either.

## Every metric

${table(
  ['metric', 'a lack of CPU can', 'because it'],
  metricNames().map((name) => {
    const { effect, why } = IMPAIRMENTS[name];
    return [code(name), effect === 'worse' ? 'only raise it' : 'raise or lower it', why];
  }),
)}
`;
