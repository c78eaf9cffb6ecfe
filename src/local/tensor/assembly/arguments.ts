// An operation is a record of words: its code, its number of units, then its arguments, integers or float32.

/** Bytes in front of the arguments. */
export const HEADER: usize = 8;

// @ts-ignore: decorator
@inline
export function int(op: usize, i: i32): i32 {
  return load<i32>(op + HEADER + (<usize>i << 2));
}

// @ts-ignore: decorator
@inline
export function address(op: usize, i: i32): usize {
  return <usize>load<u32>(op + HEADER + (<usize>i << 2));
}

// @ts-ignore: decorator
@inline
export function float(op: usize, i: i32): f32 {
  return load<f32>(op + HEADER + (<usize>i << 2));
}
