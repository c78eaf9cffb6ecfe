/**
 * A seeded source of uniform numbers. The same seed gives the same numbers on every machine and Node version.
 *
 * @public
 */
export interface Random {
  /** Uniform in [0, 1), 32 bits of it. */
  next(): number;
  /** Uniform integer in [0, bound). */
  nextInt(bound: number): number;
}

/**
 * Makes a seeded source of uniform numbers: sfc32, seeded by splitmix32. Not for secrets.
 *
 * @param seed - whole number; only its low 32 bits count
 * @public
 */
export function seededRandom(seed: number): Random {
  let mix = seed | 0;
  const splitmix = (): number => {
    mix = (mix + 0x9e3779b9) | 0;
    let z = mix ^ (mix >>> 16);
    z = Math.imul(z, 0x21f0aaad);
    z ^= z >>> 15;
    z = Math.imul(z, 0x735a2d97);
    return (z ^ (z >>> 15)) | 0;
  };
  let a = splitmix();
  let b = splitmix();
  let c = splitmix();
  let counter = 1;
  const next32 = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + sum) | 0;
    return sum >>> 0;
  };
  for (let round = 0; round < 12; round++) next32();
  return {
    next: () => next32() / 4294967296,
    nextInt: (bound) => Math.floor((next32() / 4294967296) * bound),
  };
}

/**
 * Makes a source of normally distributed numbers, mean 0 and standard deviation 1, from a source of uniform ones.
 *
 * @example
 * ```ts
 * const noise = normalNumbers(seededRandom(7));
 * const values = profile.map((value) => value + 100 * noise());
 * ```
 * @public
 */
export function normalNumbers(random: Random): () => number {
  let spare: number | undefined;
  return () => {
    if (spare !== undefined) {
      const number = spare;
      spare = undefined;
      return number;
    }
    // A point in the unit disc, by rejection: its direction and its distance give two independent numbers.
    for (;;) {
      const x = 2 * random.next() - 1;
      const y = 2 * random.next() - 1;
      const square = x * x + y * y;
      if (square >= 1 || square === 0) continue;
      const scale = Math.sqrt((-2 * Math.log(square)) / square);
      spare = y * scale;
      return x * scale;
    }
  };
}
