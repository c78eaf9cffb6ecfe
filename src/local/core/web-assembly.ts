/** A memory that several threads can share. */
export interface SharedMemory {
  readonly buffer: SharedArrayBuffer;
  grow(pages: number): number;
}

// Node has WebAssembly; the type library without DOM does not name it.
interface WebAssemblyApi {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
  readonly Memory: new (options: { initial: number; maximum: number; shared: true }) => SharedMemory;
}
const { Module, Instance, Memory } = (globalThis as unknown as { readonly WebAssembly: WebAssemblyApi }).WebAssembly;

export const PAGE_BYTES = 65_536;
/** Ends of 32-bit addresses: 4 GiB. */
export const MOST_PAGES = 65_536;

export function createMemory(): SharedMemory {
  return new Memory({ initial: 1, maximum: MOST_PAGES, shared: true });
}

/** Compiles a kernel that scripts/build-kernels.mjs embedded. The result can be sent to other threads. */
export function compileModule(base64: string): object {
  return new Module(Buffer.from(base64, "base64"));
}

/** The functions of a kernel on the given memory, for the calling thread. */
export function instantiateModule<K>(module: object, memory: SharedMemory): K {
  return new Instance(module, { env: { memory } }).exports as K;
}
