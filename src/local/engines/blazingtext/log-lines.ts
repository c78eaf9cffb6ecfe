/** Writes log lines as the container does: most are bare, those of its Python part carry date, level and thread. */
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

/** The progress line of training. */
export function progressLine(learningRate: number, progress: number, words: number, seconds: number): string {
  const alpha = (learningRate * (1 - progress)).toFixed(4);
  const percent = (progress * 100).toFixed(2);
  return `##### Alpha: ${alpha}  Progress: ${percent}%  Million Words/sec: ${millionPerSecond(words, seconds)} #####`;
}

export function millionPerSecond(words: number, seconds: number): string {
  return (words / Math.max(seconds, 1e-6) / 1e6).toFixed(2);
}
