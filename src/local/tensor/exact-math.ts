/**
 * Elementary functions from additions, multiplications, divisions and square roots alone. `Math.exp` and its like may
 * differ in the last bit between engines; these do not. Errors are below 1e-14, relative.
 */

const view = new DataView(new ArrayBuffer(8));
const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;

/** e^x. */
export function exactExp(x: number): number {
  // 2^n must be a normal number; the halves overflow, or come to nothing, where e^x does.
  if (x > 709 || x < -708)
    return x > 1500 ? Number.POSITIVE_INFINITY : x < -1500 ? 0 : exactExp(x / 2) * exactExp(x / 2);
  if (Number.isNaN(x)) return x;
  const n = Math.round(x * Math.LOG2E);
  const r = x - n * LN2_HIGH - n * LN2_LOW;
  // Taylor's series on [-0.35, 0.35]: the 14th term is below 1e-17.
  let sum = 1;
  for (let k = 14; k >= 1; k--) sum = 1 + (r * sum) / k;
  view.setUint32(0, (n + 1023) << 20);
  view.setUint32(4, 0);
  return sum * view.getFloat64(0);
}

/** Natural logarithm of a positive number. */
export function exactLog(x: number): number {
  if (!(x > 0)) return x === 0 ? Number.NEGATIVE_INFINITY : Number.NaN;
  if (x === Number.POSITIVE_INFINITY) return x;
  if (x < 2.2250738585072014e-308) return exactLog(x * 4503599627370496) - 52 * LN2_HIGH - 52 * LN2_LOW;
  view.setFloat64(0, x);
  const high = view.getUint32(0);
  let exponent = (high >>> 20) - 1023;
  view.setUint32(0, (high & 0xfffff) | 0x3ff00000);
  let m = view.getFloat64(0);
  if (m > Math.SQRT2) {
    m /= 2;
    exponent++;
  }
  // 2 * artanh(s), |s| below 0.172: the term of s^21 is below 1e-17.
  const s = (m - 1) / (m + 1);
  const z = s * s;
  let sum = 0;
  for (let k = 21; k >= 1; k -= 2) sum = 1 / k + z * sum;
  return exponent * LN2_HIGH + (2 * s * sum + exponent * LN2_LOW);
}

/** Logarithm of the gamma function of a positive number: Stirling's series from 10 on, below by the recurrence. */
export function logGamma(x: number): number {
  let product = 1;
  let z = x;
  for (; z < 10; z++) product *= z;
  const r = 1 / z;
  const s = r * r;
  const series = r * (1 / 12 - s * (1 / 360 - s * (1 / 1260 - s * (1 / 1680 - s * (1 / 1188 - s * (691 / 360360))))));
  return (z - 0.5) * exactLog(z) - z + 0.9189385332046728 + series - exactLog(product);
}
