import { afterEach, vi } from "vitest";

// Test files share one process: whatever a test replaces must be put back.
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});
