/**
 * T2: GetLogEvents calls for one round of reading a stream that has news. Simulated clock, real code of the log tail; the
 * Python SDK's loop (read until a page is empty, every 10 s) is re-made from its source.
 */
import { TrainingJob } from "../../src/jobs/index.js";
import { bench, type NodeVariant } from "../harness.js";
import { type SimulatedJob, SimulatedService } from "./simulated-service.js";
import { installVirtualClock, type VirtualClock } from "./virtual-clock.js";

type Reader = (service: SimulatedService, job: SimulatedJob, clock: VirtualClock) => Promise<number>;

/** Two lines a second for an hour: every round has news, no page is full. */
const LINE_EVERY = 0.5;

function variant(reader: Reader): NodeVariant {
  return async (measure) => {
    const clock = installVirtualClock();
    const job: SimulatedJob = { name: "job", startsAt: 0, endsAt: 3600, lineEvery: LINE_EVERY };
    const service = new SimulatedService(clock, [job]);
    let lines = 0;
    await measure(
      async () => {
        lines = await clock.run(reader(service, job, clock));
      },
      () => {
        // The last round reads to the end of the log and is left out.
        const live = (service.calls.get("GetLogEvents") ?? []).filter((time) => time < job.endsAt);
        const rounds = new Set(live.map((time) => time.toFixed(3))).size;
        return { callsPerRound: live.length / rounds, rounds, logCalls: service.count("GetLogEvents"), lines };
      },
    );
  };
}

const expected = Math.floor((3600 - 120) / LINE_EVERY) + 1;

await bench(import.meta.url, {
  title: `T2: log calls of a tail, 60 min job with ${expected} lines (simulated time)`,
  rounds: 1,
  variants: {
    ours: variant(async (service, job) => {
      let lines = 0;
      await new TrainingJob(service.session(), job.name).wait({
        onProgress: (event) => {
          if (event.type === "log") lines++;
        },
      });
      return lines;
    }),
    "Python v2": variant(async (service, job, clock) => {
      let lines = 0;
      let token: string | undefined;
      const read = async (): Promise<void> => {
        for (;;) {
          const input = { logStreamName: `${job.name}/algo-1-1`, ...(token !== undefined && { nextToken: token }) };
          const command = { input, constructor: { name: "GetLogEventsCommand" } };
          const page = (await service.send(command)) as { events: unknown[]; nextForwardToken: string };
          token = page.nextForwardToken;
          lines += page.events.length;
          if (page.events.length === 0) return;
        }
      };
      while (clock.now() / 1000 < job.endsAt) {
        if (clock.now() / 1000 >= 120) await read();
        await new Promise((resolve) => setTimeout(resolve, 10_000));
      }
      await read();
      return lines;
    }),
  },
  comparisons: [
    { id: "T2", work: "GetLogEvents a round and stream", ours: "ours", metric: "callsPerRound", goal: 1 },
    { id: "T2", work: "same", ours: "ours", peer: "Python v2", metric: "callsPerRound", goal: 0.51 },
    { id: "T2", work: "lines read of all", ours: "ours", metric: "lines", goal: expected, goalIs: "at least" },
  ],
});
