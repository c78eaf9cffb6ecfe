// Functions of one float64, computed in the kernel so that all engines give the same bits. The standard library's would put
// tables into the memory, which is the host's alone.

const LN2_HIGH: f64 = 0.6931471803691238;
const LN2_LOW: f64 = 1.9082149292705877e-10;

/** e^x for x up to 700; below -700 as at -700, about 1e-304. */
export function exp(value: f64): f64 {
  const x = max<f64>(min<f64>(value, 700), -700);
  const n = nearest<f64>(x * 1.4426950408889634);
  const r = x - n * LN2_HIGH - n * LN2_LOW;
  // Taylor's series on [-0.35, 0.35]: the 14th term is below 1e-17.
  let sum: f64 = 1 + r * (1.0 / 14);
  sum = 1 + r * sum * (1.0 / 13);
  sum = 1 + r * sum * (1.0 / 12);
  sum = 1 + r * sum * (1.0 / 11);
  sum = 1 + r * sum * (1.0 / 10);
  sum = 1 + r * sum * (1.0 / 9);
  sum = 1 + r * sum * (1.0 / 8);
  sum = 1 + r * sum * (1.0 / 7);
  sum = 1 + r * sum * (1.0 / 6);
  sum = 1 + r * sum * (1.0 / 5);
  sum = 1 + r * sum * (1.0 / 4);
  sum = 1 + r * sum * (1.0 / 3);
  sum = 1 + r * sum * (1.0 / 2);
  sum = 1 + r * sum;
  return sum * reinterpret<f64>((<i64>n + 1023) << 52);
}

/** 2 * artanh(s) for |s| below 0.18: the term of s^21 is below 1e-17. */
function twiceArtanh(s: f64): f64 {
  const z = s * s;
  let sum: f64 = 1.0 / 21;
  sum = 1.0 / 19 + z * sum;
  sum = 1.0 / 17 + z * sum;
  sum = 1.0 / 15 + z * sum;
  sum = 1.0 / 13 + z * sum;
  sum = 1.0 / 11 + z * sum;
  sum = 1.0 / 9 + z * sum;
  sum = 1.0 / 7 + z * sum;
  sum = 1.0 / 5 + z * sum;
  sum = 1.0 / 3 + z * sum;
  return 2 * s + 2 * s * z * sum;
}

/** Natural logarithm of a positive normal number. */
export function log(x: f64): f64 {
  const bits = reinterpret<i64>(x);
  let exponent = <i32>(bits >> 52) - 1023;
  let m = reinterpret<f64>((bits & 0xfffffffffffff) | 0x3ff0000000000000);
  if (m > 1.4142135623730951) {
    m *= 0.5;
    exponent += 1;
  }
  return <f64>exponent * LN2_HIGH + (twiceArtanh((m - 1) / (m + 1)) + <f64>exponent * LN2_LOW);
}

/** ln(1 + x) for x above -1, exact for small x, too. */
export function log1p(x: f64): f64 {
  return abs<f64>(x) < 0.35 ? twiceArtanh(x / (2 + x)) : log(1 + x);
}

/** ln(1 + e^x). */
export function softplus(x: f64): f64 {
  return x > 0 ? x + log1p(exp(-x)) : log1p(exp(x));
}

/** Its derivative. */
export function logistic(x: f64): f64 {
  if (x >= 0) return 1 / (1 + exp(-x));
  const e = exp(x);
  return e / (1 + e);
}

/** Logarithm of the gamma function of a positive number: Stirling's series from 10 on, below by the recurrence. */
export function logGamma(x: f64): f64 {
  let product: f64 = 1;
  let z = x;
  while (z < 10) {
    product *= z;
    z += 1;
  }
  const r = 1 / z;
  const s = r * r;
  const series =
    r * (1.0 / 12 - s * (1.0 / 360 - s * (1.0 / 1260 - s * (1.0 / 1680 - s * (1.0 / 1188 - s * (691.0 / 360360))))));
  return (z - 0.5) * log(z) - z + 0.91893853320467274178 + series - log(product);
}

/** Its derivative. */
export function digamma(x: f64): f64 {
  let sum: f64 = 0;
  let z = x;
  while (z < 10) {
    sum -= 1 / z;
    z += 1;
  }
  const r = 1 / z;
  const s = r * r;
  const series = s * (1.0 / 12 - s * (1.0 / 120 - s * (1.0 / 252 - s * (1.0 / 240 - s * (1.0 / 132 - s * (691.0 / 32760))))));
  return sum + log(z) - 0.5 * r - series;
}
