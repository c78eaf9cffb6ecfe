/** Runs the tasks of one key one after the other; tasks of different keys run side by side. */
export class KeyLocks {
  readonly #last = new Map<string, Promise<unknown>>();

  async run<T>(key: string, task: () => Promise<T>): Promise<T> {
    const turn = (this.#last.get(key) ?? Promise.resolve()).then(task);
    const settled = turn.catch(() => undefined);
    this.#last.set(key, settled);
    try {
      return await turn;
    } finally {
      if (this.#last.get(key) === settled) this.#last.delete(key);
    }
  }

  /** Resolves when the tasks of a key that are under way have ended. */
  async settled(key: string): Promise<void> {
    await this.#last.get(key);
  }
}
