/**
 * T3: 500 waits with logs in one process, for an hour. Simulated clock and service with AWS's quotas, real code of the
 * wait. CPU is that of the whole hour, simulation included.
 */
import { seededRandom } from "../../src/internal/random.js";
import { TrainingJob } from "../../src/jobs/index.js";
import { bench } from "../harness.js";
import { type SimulatedJob, SimulatedService } from "./simulated-service.js";
import { installVirtualClock } from "./virtual-clock.js";

const WAITS = 500;
const HOUR = 3600;
/** What else goes on in the account leaves this much of GetLogEvents' 25 a second. */
const QUOTA = { DescribeTrainingJob: 10, GetLogEvents: 12, DescribeLogStreams: 5 };

await bench(import.meta.url, {
  title: `T3: ${WAITS} waits in one process, jobs of 20 to 60 minutes (simulated time)`,
  rounds: 1,
  variants: {
    ours: async (measure) => {
      const clock = installVirtualClock();
      const random = seededRandom(11);
      Math.random = () => random.next();
      const jobs: SimulatedJob[] = Array.from({ length: WAITS }, (_, index) => ({
        name: `job-${index}`,
        startsAt: 0,
        endsAt: HOUR * (1 / 3 + (2 / 3) * random.next()),
        lineEvery: 5,
      }));
      const service = new SimulatedService(clock, jobs, QUOTA);
      const session = service.session();
      let failed = 0;
      let lag = 0;
      let lines = 0;
      const cpu = process.cpuUsage();
      await measure(
        () =>
          clock.run(
            Promise.all(
              jobs.map(async (job) => {
                try {
                  await new TrainingJob(session, job.name).wait({
                    onProgress: (event) => {
                      if (event.type === "log") lines++;
                      if (event.type === "status" && event.status === "Completed")
                        lag += clock.now() / 1000 - job.endsAt;
                    },
                  });
                } catch {
                  failed++;
                }
              }),
            ),
          ),
        () => {
          const used = process.cpuUsage(cpu);
          return {
            mostDescribe: service.most("DescribeTrainingJob"),
            mostGetLogEvents: service.most("GetLogEvents"),
            throttled: service.throttled,
            failed,
            cpuPercent: ((used.user + used.system) / 1e6 / (clock.now() / 1000)) * 100,
            meanLag: lag / WAITS,
            lines,
            hours: clock.now() / 1000 / HOUR,
          };
        },
      );
    },
  },
  comparisons: [
    { id: "T3", work: "most Describe calls in any second", ours: "ours", metric: "mostDescribe", goal: 5 },
    { id: "T3", work: "most GetLogEvents calls in any second", ours: "ours", metric: "mostGetLogEvents", goal: 10 },
    { id: "T3", work: "throttled answers", ours: "ours", metric: "throttled", goal: 0 },
    { id: "T3", work: "waits that failed", ours: "ours", metric: "failed", goal: 0 },
    { id: "T3", work: "CPU of one core, percent", ours: "ours", metric: "cpuPercent", goal: 2 },
  ],
});
