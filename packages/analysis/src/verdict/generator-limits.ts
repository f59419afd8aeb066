/**
 * From where on the load generator has impaired what it measures. Not how busy it is: a generator that uses 80 % of its cores and sends in time
 * measures well.
 */

/** An event loop that lags this much (p99 of a second, ms) handles joins and answers of the server so late that it shows in join times of 2 s. */
export const LAGGING_MS = 500;
/** One second in ten is more than a single pause. */
export const LAGGING_SHARE = 0.1;

/** A pump thread that wakes this late (ms) sends bursts of a dozen audio packets: jitter and loss that the network never had. */
export const TICK_LATE_MS = 250;
/** Single pauses (a garbage collection, another process on the host) are tolerated in one sample of twenty. */
export const TICK_LATE_SHARE = 0.05;

/** Packets later than 20 ms: a hundredth of them raises jitter and latency p99 to what the generator caused, not the server. */
export const LATE_SENDS_SHARE = 0.01;
/** Fewer than this many happen at the start of any run; in a short one they are a large share. */
export const MIN_LATE_SENDS = 5;

/** Receive-buffer drops look exactly like loss on the wire: a tenth of the tightest usual threshold (0.1 %). */
export const SOCKET_DROPS_SHARE = 0.0001;

/** Packets the kernel refused leave holes in the sequence numbers: the server sees loss. The same tenth of 1 %, the default threshold. */
export const SEND_ERRORS_SHARE = 0.001;

/** Joins that started a second late: beyond one in twenty the p95 of the join time is the generator's. */
export const LATE_JOINS_SHARE = 0.05;

/** All cores of the host this busy, in more than half of the samples: every process there waits for CPU, server or generator. */
export const SATURATED = 0.98;
export const SATURATED_SHARE = 0.5;
