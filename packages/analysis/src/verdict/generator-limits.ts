/**
 * From where on a generator has damaged what it measures. Not how busy it is: a generator at 80 % of its cores that sends in time measures well.
 */

/** An event loop that lags this much (p99 of a second, ms) handles joins and answers of the server so late that it shows in join times of 2 s. */
export const LAGGING_MS = 500;
/** One second in ten is no hiccup any more. */
export const LAGGING_SHARE = 0.1;

/** A pump that wakes this late (ms) makes bursts of a dozen audio packets: jitter and loss that the network never had. */
export const TICK_LATE_MS = 250;
/** Single pauses (a garbage collection, a neighbour on the machine) are forgiven in one sample of twenty. */
export const TICK_LATE_SHARE = 0.05;

/** Packets later than 20 ms: a hundredth of them lifts jitter and latency p99 to what we caused, not the server. */
export const LATE_SENDS_SHARE = 0.01;
/** Fewer than this many are a hiccup of the start, however short the run and small the crowd that makes them a large share. */
export const LATE_SENDS_LEAST = 5;

/** Receive-buffer drops look exactly like loss on the wire: a tenth of the tightest loss anybody judges by (0.1 %). */
export const SOCKET_DROPS_SHARE = 0.0001;

/** Packets the kernel refused leave holes in the sequence numbers: the server sees loss. The same tenth of 1 %, the default threshold. */
export const SEND_ERRORS_SHARE = 0.001;

/** Joins that began a second late: beyond one in twenty the p95 of the join time is our own. */
export const LATE_JOINS_SHARE = 0.05;

/** All cores of the machine this busy, in more than half of the samples: whoever works there, server or generator, waits in line. */
export const SATURATED = 0.98;
export const SATURATED_SHARE = 0.5;
