/** Writes log lines as the containers do: some are bare, those of their Python part carry date, level and thread. */
export class ContainerLog {
  readonly #write: (line: string) => void;

  constructor(write: (line: string) => void) {
    this.#write = write;
  }

  bare(line: string): void {
    this.#write(line);
  }

  info(line: string): void {
    this.#write(`[${stamp(new Date())} INFO ${process.pid}] ${line}`);
  }

  /** For what only local mode has to say. */
  note(line: string): void {
    this.#write(`[local mode] ${line}`);
  }
}

/** UTC `MM/DD/YYYY HH:MM:SS`. */
function stamp(time: Date): string {
  const iso = time.toISOString();
  return `${iso.slice(5, 7)}/${iso.slice(8, 10)}/${iso.slice(0, 4)} ${iso.slice(11, 19)}`;
}
