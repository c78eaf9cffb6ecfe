import { checkKnownKeys } from "../internal/options.js";
import type { ByteSource } from "./byte-source.js";
import { ExactReader } from "./exact-reader.js";
import { openMaybeGzip } from "./gunzip-reader.js";
import { RecordStream } from "./record-stream.js";

const side = 32;
const plane = side * side;
/** Images of one batch. */
const imagesPerBlock = 256;

/**
 * Options of {@link readCifar10} and {@link readCifar100}.
 *
 * @public
 */
export interface CifarReadOptions {
  readonly signal?: AbortSignal | undefined;
}

/**
 * An image of CIFAR-10: 32 x 32 pixels, RGB.
 *
 * @public
 */
export interface Cifar10Image {
  readonly width: 32;
  readonly height: 32;
  readonly channels: 3;
  /** 3072 values, the channels of a pixel next to each other. */
  readonly data: Uint8Array;
  /** Class number, 0 to 9. */
  readonly label: number;
}

/**
 * An image of CIFAR-100: 32 x 32 pixels, RGB, with two class numbers.
 *
 * @public
 */
export interface Cifar100Image extends Omit<Cifar10Image, "label"> {
  /** Class number, 0 to 99. */
  readonly label: number;
  /** Number of the group of classes, 0 to 19. */
  readonly coarseLabel: number;
}

/**
 * Reads a file of the binary version of CIFAR-10, for example `data_batch_1.bin`.
 *
 * @remarks Each record is a class number and three planes of 1024 bytes, which come out as pixels. gzip is accepted; the
 * `.tar.gz` of the data set must be unpacked first.
 *
 * @param source - file path, bytes or a stream of bytes
 * @throws {@link FormatError} `FORMAT_CORRUPT_INPUT` naming record and byte offset: a file that is cut short, a class number
 * out of range
 * @see https://www.cs.toronto.edu/~kriz/cifar.html
 * @public
 */
export function readCifar10(source: ByteSource, options: CifarReadOptions = {}): RecordStream<Cifar10Image> {
  checkKnownKeys(options, ["signal"], "readCifar10");
  return readPlanes(source, "CIFAR-10", [10], options.signal, (data, [label = 0]) => ({
    width: side,
    height: side,
    channels: 3,
    data,
    label,
  }));
}

/**
 * Reads a file of the binary version of CIFAR-100: `train.bin` or `test.bin`. As {@link readCifar10}, with two class numbers.
 *
 * @param source - file path, bytes or a stream of bytes
 * @throws {@link FormatError} `FORMAT_CORRUPT_INPUT` as {@link readCifar10}
 * @public
 */
export function readCifar100(source: ByteSource, options: CifarReadOptions = {}): RecordStream<Cifar100Image> {
  checkKnownKeys(options, ["signal"], "readCifar100");
  return readPlanes(source, "CIFAR-100", [20, 100], options.signal, (data, [coarseLabel = 0, label = 0]) => ({
    width: side,
    height: side,
    channels: 3,
    data,
    label,
    coarseLabel,
  }));
}

function readPlanes<T>(
  source: ByteSource,
  format: string,
  /** Number of classes for each label byte. */
  classes: readonly number[],
  signal: AbortSignal | undefined,
  made: (data: Uint8Array, labels: Uint8Array) => T,
): RecordStream<T> {
  const recordBytes = classes.length + 3 * plane;
  return new RecordStream(async function* batches() {
    const reader = new ExactReader(await openMaybeGzip(source, format, signal), format);
    try {
      const block = Buffer.alloc(recordBytes * imagesPerBlock);
      let record = 1;
      for (;;) {
        const begin = reader.position;
        const filled = await reader.fill(block);
        const images: T[] = [];
        for (let at = 0; at < filled; at += recordBytes) {
          const place = { record, unit: "image", byteOffset: begin + at } as const;
          if (at + recordBytes > filled) {
            throw reader.fault(`an image needs ${recordBytes} bytes, ${filled - at} are left`, place);
          }
          const labels = block.subarray(at, at + classes.length);
          const wrong = labels.findIndex((label, index) => label >= (classes[index] ?? 0));
          if (wrong >= 0) {
            throw reader.fault(
              `the class number ${labels[wrong]} is not below ${classes[wrong]}; another file?`,
              place,
            );
          }
          images.push(made(pixels(block, at + classes.length), labels));
          record++;
        }
        if (images.length > 0) yield images;
        if (filled < block.length) return;
      }
    } finally {
      await reader.close();
    }
  });
}

/** Red, green and blue planes as pixels, in memory of their own. */
function pixels(block: Buffer, from: number): Uint8Array {
  const data = new Uint8Array(3 * plane);
  for (let pixel = 0; pixel < plane; pixel++) {
    data[pixel * 3] = block[from + pixel] as number;
    data[pixel * 3 + 1] = block[from + plane + pixel] as number;
    data[pixel * 3 + 2] = block[from + 2 * plane + pixel] as number;
  }
  return data;
}
