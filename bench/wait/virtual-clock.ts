/**
 * A clock that jumps from timer to timer, so that hours of waiting take seconds. It replaces the global timers, `Date.now`
 * and `performance.now` of this process: the code under test runs unchanged.
 */
interface Timer {
  readonly at: number;
  readonly order: number;
  readonly work: () => void;
  cancelled: boolean;
}

export interface VirtualClock {
  /** Milliseconds since the start. */
  now(): number;
  /** Runs timers until the work has settled. */
  run<T>(work: Promise<T>): Promise<T>;
}

/** Any fixed moment will do. */
const EPOCH = Date.UTC(2026, 7, 12, 10);

export function installVirtualClock(): VirtualClock {
  const turn = globalThis.setImmediate;
  const heap: Timer[] = [];
  let now = 0;
  let order = 0;

  const before = (a: Timer, b: Timer): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);
  const swap = (i: number, j: number): void => {
    const [a, b] = [heap[i], heap[j]];
    if (a && b) {
      heap[i] = b;
      heap[j] = a;
    }
  };
  const push = (timer: Timer): void => {
    let index = heap.push(timer) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const [child, above] = [heap[index], heap[parent]];
      if (!child || !above || !before(child, above)) break;
      swap(index, parent);
      index = parent;
    }
  };
  const pop = (): Timer | undefined => {
    const first = heap[0];
    const last = heap.pop();
    if (!first || !last || first === last) return first;
    heap[0] = last;
    for (let index = 0; ; ) {
      let least = index;
      for (const child of [2 * index + 1, 2 * index + 2]) {
        const [a, b] = [heap[child], heap[least]];
        if (a && b && before(a, b)) least = child;
      }
      if (least === index) return first;
      swap(index, least);
      index = least;
    }
  };

  const set = (work: () => void, milliseconds = 0): Timer => {
    const timer = { at: now + Math.max(0, milliseconds), order: order++, work, cancelled: false };
    push(timer);
    return Object.assign(timer, { ref: () => timer, unref: () => timer });
  };
  const clear = (timer: Timer | undefined): void => {
    if (timer) timer.cancelled = true;
  };
  Object.assign(globalThis, { setTimeout: set, clearTimeout: clear });
  performance.now = () => now;
  Date.now = () => EPOCH + now;

  return {
    now: () => now,
    async run(work) {
      let settled = false;
      const done = (): void => {
        settled = true;
      };
      work.then(done, done);
      for (let idle = 0; ; ) {
        await new Promise((resolve) => turn(resolve));
        if (settled) return work;
        const timer = pop();
        if (!timer) {
          // The first lazy import takes real turns of the event loop.
          if (++idle > 100_000) throw new Error("nothing is left that could end the work");
          continue;
        }
        idle = 0;
        if (timer.cancelled) continue;
        now = Math.max(now, timer.at);
        timer.work();
      }
    },
  };
}
