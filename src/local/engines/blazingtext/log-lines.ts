/** The progress line of training. */
export function progressLine(learningRate: number, progress: number, words: number, seconds: number): string {
  const alpha = (learningRate * (1 - progress)).toFixed(4);
  const percent = (progress * 100).toFixed(2);
  return `##### Alpha: ${alpha}  Progress: ${percent}%  Million Words/sec: ${millionPerSecond(words, seconds)} #####`;
}

export function millionPerSecond(words: number, seconds: number): string {
  return (words / Math.max(seconds, 1e-6) / 1e6).toFixed(2);
}
