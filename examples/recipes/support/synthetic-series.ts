import { normalNumbers, seededRandom, TimeSeries } from "sagemaker-ts";

/** Points after which the pattern begins again. */
export const period = 50;

/** Deviation of the noise: no forecast has a lower root mean squared error, but by luck. */
export const noiseDeviation = 100;

/** The value at a point without the noise: a parabola that steps back after 20 points. */
export function pattern(point: number): number {
  const t = point % period;
  return t < 20 ? t ** 2 : (t - 5) ** 2;
}

/** An hourly series from the first of January 2020: the pattern again and again, and normal noise. */
export function syntheticSeries(cycles: number, seed: number): TimeSeries {
  const noise = normalNumbers(seededRandom(seed));
  const values = Array.from({ length: cycles * period }, (_, point) => pattern(point) + noiseDeviation * noise());
  return new TimeSeries({ start: "2020-01-01 00:00:00", frequency: "H", values });
}
