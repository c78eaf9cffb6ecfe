// Functions of four float32 at once: polynomials only, so that all machines and engines give the same bits.

/** Cephes' expf: relative error below 2e-7. Below -87 the result is about 1e-38, above 88 about 1.6e38. */
export function exp4(value: v128): v128 {
  let x = f32x4.pmax(f32x4.pmin(value, f32x4.splat(88.3762626647949)), f32x4.splat(-87.3365478515625));
  const n = f32x4.floor(f32x4.add(f32x4.mul(x, f32x4.splat(1.44269504088896341)), f32x4.splat(0.5)));
  x = f32x4.sub(x, f32x4.mul(n, f32x4.splat(0.693359375)));
  x = f32x4.sub(x, f32x4.mul(n, f32x4.splat(-2.12194440e-4)));
  let y = f32x4.splat(1.9875691500e-4);
  y = f32x4.add(f32x4.mul(y, x), f32x4.splat(1.3981999507e-3));
  y = f32x4.add(f32x4.mul(y, x), f32x4.splat(8.3334519073e-3));
  y = f32x4.add(f32x4.mul(y, x), f32x4.splat(4.1665795894e-2));
  y = f32x4.add(f32x4.mul(y, x), f32x4.splat(1.6666665459e-1));
  y = f32x4.add(f32x4.mul(y, x), f32x4.splat(5.0000001201e-1));
  y = f32x4.add(f32x4.add(f32x4.mul(y, f32x4.mul(x, x)), x), f32x4.splat(1));
  const power = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127)), 23);
  return f32x4.mul(y, power);
}

/** Cephes' logf for positive normal numbers. */
export function log4(value: v128): v128 {
  const bits = value;
  let e = f32x4.convert_i32x4_s(i32x4.sub(i32x4.shr_u(bits, 23), i32x4.splat(126)));
  let x = v128.or(v128.and(bits, i32x4.splat(0x007fffff)), i32x4.splat(0x3f000000));
  const small = f32x4.lt(x, f32x4.splat(0.707106781186547524));
  e = f32x4.sub(e, v128.and(small, f32x4.splat(1)));
  x = f32x4.sub(f32x4.add(x, v128.and(small, x)), f32x4.splat(1));
  const z = f32x4.mul(x, x);
  let y = f32x4.splat(7.0376836292e-2);
  y = f32x4.add(f32x4.mul(y, x), f32x4.splat(-1.1514610310e-1));
  y = f32x4.add(f32x4.mul(y, x), f32x4.splat(1.1676998740e-1));
  y = f32x4.add(f32x4.mul(y, x), f32x4.splat(-1.2420140846e-1));
  y = f32x4.add(f32x4.mul(y, x), f32x4.splat(1.4249322787e-1));
  y = f32x4.add(f32x4.mul(y, x), f32x4.splat(-1.6668057665e-1));
  y = f32x4.add(f32x4.mul(y, x), f32x4.splat(2.0000714765e-1));
  y = f32x4.add(f32x4.mul(y, x), f32x4.splat(-2.4999993993e-1));
  y = f32x4.add(f32x4.mul(y, x), f32x4.splat(3.3333331174e-1));
  y = f32x4.mul(f32x4.mul(y, x), z);
  y = f32x4.add(y, f32x4.mul(e, f32x4.splat(-2.12194440e-4)));
  y = f32x4.sub(y, f32x4.mul(z, f32x4.splat(0.5)));
  return f32x4.add(f32x4.add(x, y), f32x4.mul(e, f32x4.splat(0.693359375)));
}

/** Where the constants of tanh4 lie: a load fills four lanes faster than a number in the code does. */
let constants: usize = 0;

/** Bytes at `at` from now on hold constants; every thread writes the same. */
export function setConstants(at: usize): void {
  constants = at;
  store<f32>(at, 7.90531110763549805);
  store<f32>(at, -7.90531110763549805, 4);
  store<f32>(at, -2.76076847742355e-16, 8);
  store<f32>(at, 2.00018790482477e-13, 12);
  store<f32>(at, -8.60467152213735e-11, 16);
  store<f32>(at, 5.12229709037114e-8, 20);
  store<f32>(at, 1.48572235717979e-5, 24);
  store<f32>(at, 6.37261928875436e-4, 28);
  store<f32>(at, 4.89352455891786e-3, 32);
  store<f32>(at, 1.19825839466702e-6, 36);
  store<f32>(at, 1.18534705686654e-4, 40);
  store<f32>(at, 2.268434632439e-3, 44);
  store<f32>(at, 4.89352518554385e-3, 48);
  store<f32>(at, 0.5, 52);
}

/** A quotient of polynomials of degrees 13 and 6, within 3e-7 of the hyperbolic tangent. */
// @ts-ignore: decorator
@inline
export function tanh4(value: v128): v128 {
  const c = constants;
  const x = f32x4.pmax(f32x4.pmin(value, v128.load32_splat(c)), v128.load32_splat(c, 4));
  const z = f32x4.mul(x, x);
  let p = v128.load32_splat(c, 8);
  p = f32x4.add(f32x4.mul(p, z), v128.load32_splat(c, 12));
  p = f32x4.add(f32x4.mul(p, z), v128.load32_splat(c, 16));
  p = f32x4.add(f32x4.mul(p, z), v128.load32_splat(c, 20));
  p = f32x4.add(f32x4.mul(p, z), v128.load32_splat(c, 24));
  p = f32x4.add(f32x4.mul(p, z), v128.load32_splat(c, 28));
  p = f32x4.add(f32x4.mul(p, z), v128.load32_splat(c, 32));
  let q = v128.load32_splat(c, 36);
  q = f32x4.add(f32x4.mul(q, z), v128.load32_splat(c, 40));
  q = f32x4.add(f32x4.mul(q, z), v128.load32_splat(c, 44));
  q = f32x4.add(f32x4.mul(q, z), v128.load32_splat(c, 48));
  return f32x4.div(f32x4.mul(p, x), q);
}

// @ts-ignore: decorator
@inline
export function sigmoid4(x: v128): v128 {
  const half = v128.load32_splat(constants, 52);
  return f32x4.add(half, f32x4.mul(half, tanh4(f32x4.mul(half, x))));
}

export function exp1(x: f32): f32 {
  return f32x4.extract_lane(exp4(f32x4.splat(x)), 0);
}

export function log1(x: f32): f32 {
  return f32x4.extract_lane(log4(f32x4.splat(x)), 0);
}
