// The inner loops of the tensor engine, compiled to WebAssembly SIMD by scripts/build-kernels.mjs.
//
// All data lies in one imported memory that the host lays out; the kernel allocates nothing. Images are [y][x][channel],
// rows of numbers are multiples of 4 long and padded with zeros, which every operation keeps zero.

export { help, run, setControl, stop } from "./parallel";
