/**
 * T1: how many status calls a wait makes, and how late it sees the end. Simulated clock, real code of the wait and of the
 * AWS SDK's own waiter; the Python SDK's schedules are re-made from its source.
 */
import { waitUntilTrainingJobCompletedOrStopped } from "@aws-sdk/client-sagemaker";
import { seededRandom } from "../../src/internal/random.js";
import { TrainingJob } from "../../src/jobs/index.js";
import { bench, type NodeVariant } from "../harness.js";
import { type SimulatedJob, SimulatedService } from "./simulated-service.js";
import { installVirtualClock, type VirtualClock } from "./virtual-clock.js";

/** So many that the mean lateness is known to a quarter of a second. */
const JOBS = 300;

/** Waits for one job and resolves when it has seen its end. */
type Waiter = (service: SimulatedService, name: string, clock: VirtualClock) => Promise<unknown>;

function variant(waiter: Waiter): NodeVariant {
  return async (measure) => {
    const clock = installVirtualClock();
    const random = seededRandom(7);
    Math.random = () => random.next();
    const figures: Record<string, number> = {};
    await measure(
      async () => {
        for (const minutes of [5, 60]) {
          let calls = 0;
          let lag = 0;
          for (let run = 0; run < JOBS; run++) {
            const startsAt = clock.now() / 1000;
            const endsAt = startsAt + minutes * 60 * (0.9 + 0.2 * random.next());
            const job: SimulatedJob = { name: `job-${run}`, startsAt, endsAt };
            const service = new SimulatedService(clock, [job]);
            await clock.run(waiter(service, job.name, clock));
            calls += service.count("DescribeTrainingJob");
            lag += clock.now() / 1000 - endsAt;
          }
          figures[`calls${minutes}`] = calls / JOBS;
          figures[`lag${minutes}`] = lag / JOBS;
        }
      },
      () => figures,
    );
  };
}

function sleep(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}

async function ended(service: SimulatedService, name: string): Promise<boolean> {
  const command = { input: { TrainingJobName: name }, constructor: { name: "DescribeTrainingJobCommand" } };
  return ((await service.send(command)) as { TrainingJobStatus: string }).TrainingJobStatus === "Completed";
}

await bench(import.meta.url, {
  title: "T1: status calls and lateness of a wait (simulated time)",
  rounds: 1,
  variants: {
    ours: variant((service, name) => new TrainingJob(service.session(), name).wait({ logs: false })),
    "JS SDK waiter": variant((service, name) =>
      waitUntilTrainingJobCompletedOrStopped(
        { client: service.session().client("sagemaker", () => undefined as never), maxWaitTime: 1e6 },
        { TrainingJobName: name },
      ),
    ),
    "Python v2": variant(async (service, name, clock) => {
      let described = clock.now();
      if (await ended(service, name)) return;
      for (;;) {
        await sleep(10);
        if (clock.now() - described < 30_000) continue;
        described = clock.now();
        if (await ended(service, name)) return;
      }
    }),
    "Python v3": variant(async (service, name) => {
      while (!(await ended(service, name))) await sleep(5);
    }),
  },
  comparisons: [
    { id: "T1", work: "status calls, 60 min job", ours: "ours", metric: "calls60", goal: 170 },
    { id: "T1", work: "mean lateness in s, 60 min job", ours: "ours", metric: "lag60", goal: 20 },
    { id: "T1", work: "status calls, 5 min job", ours: "ours", metric: "calls5", goal: 50 },
    { id: "T1", work: "mean lateness in s, 5 min job", ours: "ours", metric: "lag5", goal: 8 },
    { id: "T1", work: "lateness, 60 min job", ours: "ours", peer: "JS SDK waiter", metric: "lag60", goal: 0.02 },
    { id: "T1", work: "status calls, 60 min job", ours: "ours", peer: "Python v3", metric: "calls60", goal: 0.25 },
  ],
});
