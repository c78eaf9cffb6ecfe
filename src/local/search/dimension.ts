/** How a range is spread over [0, 1). */
export type Scaling = "Linear" | "Logarithmic" | "ReverseLogarithmic";

/** A range with numbers at its ends. */
export interface NumericRange {
  readonly name: string;
  readonly kind: "integer" | "continuous";
  readonly min: number;
  readonly max: number;
  readonly scaling: Scaling;
}

/** A range as a list of texts. */
export interface CategoricalRange {
  readonly name: string;
  readonly kind: "categorical";
  readonly values: readonly string[];
}

/** What a tuning job varies in one hyperparameter. */
export type Dimension = NumericRange | CategoricalRange;

/** One value per hyperparameter, as the container reads it. */
export type Point = Readonly<Record<string, string>>;

/** The text of the place `unit`, in [0, 1), of a range. */
export function textAt(range: NumericRange, unit: number): string {
  const low = warp(range.min, range.scaling);
  if (range.kind === "continuous") {
    const value = unwarp(low + unit * (warp(range.max, range.scaling) - low), range.scaling);
    return String(Math.min(range.max, Math.max(range.min, value)));
  }
  // Every whole number has a stretch of its own, the last one too.
  const value = Math.floor(unwarp(low + unit * (warp(range.max + 1, range.scaling) - low), range.scaling));
  return String(Math.min(range.max, Math.max(range.min, value)));
}

/** The place of a value in its range, in [0, 1]; for a whole number the middle of its stretch. */
export function unitOf(range: NumericRange, text: string): number {
  const low = warp(range.min, range.scaling);
  const span = warp(range.kind === "integer" ? range.max + 1 : range.max, range.scaling) - low;
  if (span === 0) return 0.5;
  const at = (value: number): number => (warp(value, range.scaling) - low) / span;
  const value = Number(text);
  const unit = range.kind === "integer" ? (at(value) + at(value + 1)) / 2 : at(value);
  return Math.min(1, Math.max(0, unit));
}

function warp(value: number, scaling: Scaling): number {
  if (scaling === "Logarithmic") return Math.log(value);
  return scaling === "ReverseLogarithmic" ? -Math.log1p(-value) : value;
}

function unwarp(value: number, scaling: Scaling): number {
  if (scaling === "Logarithmic") return Math.exp(value);
  return scaling === "ReverseLogarithmic" ? -Math.expm1(-value) : value;
}
