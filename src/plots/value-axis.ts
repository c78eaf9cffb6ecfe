/** Round numbers along an axis. */
export interface ValueAxis {
  readonly low: number;
  readonly high: number;
  /** Ascending, all of them between low and high. */
  readonly ticks: readonly { readonly value: number; readonly text: string }[];
}

/** An axis over all values, with about so many round numbers: steps of 1, 2 or 5 times a power of ten. */
export function valueAxis(least: number, most: number, wantedTicks: number): ValueAxis {
  // A line without height lies in the middle.
  const margin = least === most ? Math.abs(least) / 2 || 1 : 0;
  const [low, high] = [least - margin, most + margin];
  let step = roundStep((high - low) / wantedTicks);
  // A long step may leave less than two numbers between the ends, from which nothing could be read.
  while (Math.floor(high / step) - Math.ceil(low / step) < 1) step = roundStep(step / 2.5);
  const first = Math.ceil(low / step);
  const ticks = Array.from({ length: Math.floor(high / step) - first + 1 }, (_, index) => {
    const value = (first + index) * step;
    return { value, text: tickText(value, step) };
  });
  return { low, high, ticks };
}

/** The next larger round step. */
function roundStep(wanted: number): number {
  const power = 10 ** Math.floor(Math.log10(wanted));
  const multiple = [1, 2, 5].find((candidate) => candidate * power >= wanted * (1 - 1e-9)) ?? 10;
  return multiple * power;
}

function tickText(value: number, step: number): string {
  const exponent = Math.floor(Math.log10(step) + 1e-9);
  if (exponent < -4 || exponent > 5) return value.toExponential(2);
  // Adding zero turns -0 into 0.
  return (value + 0).toFixed(Math.max(0, -exponent));
}
