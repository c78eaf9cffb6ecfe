import { FormatError, MissingDependencyError } from "../errors/index.js";
import { type SeriesObserver, seriesOf } from "./deepar-decoder.js";
import { checkInput, inputFault } from "./deepar-encoder.js";
import { type DeepARInput, DeepARLayout, type DeepARSeries, format, inputNames, valueFault } from "./deepar-series.js";
import type { RandomAccess } from "./node-files.js";
import { RecordFault } from "./record-fault.js";
import { pullRecords, type RecordSink, type RecordSource } from "./record-source.js";

/** Numbers of a group of rows, which is what is held while a file is written. */
const groupNumbers = 256 * 1024;

type SchemaElement = import("hyparquet").SchemaElement;

/** A list inside a row: a group with a repeated group with the element. */
function listOf(name: string, element: readonly SchemaElement[]): SchemaElement[] {
  return [
    { name, repetition_type: "REQUIRED", num_children: 1, converted_type: "LIST", logical_type: { type: "LIST" } },
    { name: "list", repetition_type: "REPEATED", num_children: 1 },
    ...element,
  ];
}

const double: SchemaElement = { name: "element", type: "DOUBLE", repetition_type: "REQUIRED" };
const integer: SchemaElement = { name: "element", type: "INT64", repetition_type: "REQUIRED" };

function schemaFor(categories: boolean, features: boolean): SchemaElement[] {
  return [
    { name: "schema", num_children: 2 + Number(categories) + Number(features) },
    {
      name: "start",
      type: "BYTE_ARRAY",
      converted_type: "UTF8",
      logical_type: { type: "STRING" },
      repetition_type: "REQUIRED",
    },
    ...listOf("target", [double]),
    ...(categories ? listOf("cat", [integer]) : []),
    ...(features ? listOf("dynamic_feat", listOf("element", [double])) : []),
  ];
}

/** Gathers the columns of a group of rows. */
class ColumnGatherer implements RecordSink<DeepARInput> {
  records = 0;
  starts: string[] = [];
  targets: number[][] = [];
  cats: bigint[][] = [];
  features: number[][][] = [];
  categories = false;
  dynamic = false;
  readonly #layout: DeepARLayout;
  readonly #allowEmpty: boolean;
  #numbers = 0;

  constructor(predictionLength: number) {
    this.#layout = new DeepARLayout(inputNames, predictionLength);
    this.#allowEmpty = predictionLength > 0;
  }

  take(record: DeepARInput): boolean {
    this.records++;
    try {
      const start = checkInput(record, this.#layout, this.#allowEmpty);
      const { values, categories = [], dynamicFeatures = [] } = record;
      if (this.records === 1) {
        this.categories = categories.length > 0;
        this.dynamic = dynamicFeatures.length > 0;
      }
      this.starts.push(start);
      this.targets.push(plainNumbers(values, "values", true));
      this.cats.push(categories.map(BigInt));
      this.features.push(
        dynamicFeatures.map((feature, index) => plainNumbers(feature, `dynamicFeatures[${index}]`, false)),
      );
      this.#numbers += values.length * (1 + dynamicFeatures.length) + 1;
    } catch (error) {
      throw inputFault(error, record, this.records);
    }
    return this.#numbers >= groupNumbers;
  }

  /** The columns so far; starts anew. */
  columns(): { name: string; data: unknown[] }[] {
    const columns = [
      { name: "start", data: this.starts },
      { name: "target", data: this.targets },
      ...(this.categories ? [{ name: "cat", data: this.cats }] : []),
      ...(this.dynamic ? [{ name: "dynamic_feat", data: this.features }] : []),
    ];
    this.starts = [];
    this.targets = [];
    this.cats = [];
    this.features = [];
    this.#numbers = 0;
    return columns;
  }
}

function plainNumbers(values: ArrayLike<number | null>, field: string, missingAllowed: boolean): number[] {
  return Array.from(values, (value, index) => {
    if (typeof value === "number" && value - value === 0) return value;
    if (missingAllowed && (value === null || Number.isNaN(value))) return Number.NaN;
    throw valueFault(value, `${field}[${index}]`, missingAllowed);
  });
}

/**
 * The series as the chunks of a Parquet file: columns `start` (text), `target` (list of doubles, NaN where missing), `cat`
 * and `dynamic_feat`, the last two only when the series have them.
 *
 * @param counted - told the number of series in the end
 */
export async function* encodeParquet(
  series: RecordSource<DeepARInput>,
  predictionLength: number,
  signal: AbortSignal | undefined,
  counted: (records: number) => void,
): AsyncGenerator<Uint8Array, void, void> {
  const { ByteWriter, ParquetWriter } = await load("hyparquet-writer", () => import("hyparquet-writer"));
  const gatherer = new ColumnGatherer(predictionLength);
  const bytes = new ByteWriter();
  let writer: InstanceType<typeof ParquetWriter> | undefined;
  const emptied = (): Uint8Array => {
    const chunk = bytes.getBytes().slice();
    bytes.index = 0;
    return chunk;
  };
  const writeGroup = async (): Promise<void> => {
    writer ??= new ParquetWriter({
      writer: bytes,
      schema: schemaFor(gatherer.categories, gatherer.dynamic),
      createdBy: "sagemaker-ts",
    });
    const rows = gatherer.starts.length;
    if (rows > 0) await writer.write({ columnData: gatherer.columns(), rowGroupSize: rows });
  };
  for await (const _ of pullRecords(series, gatherer, signal)) {
    await writeGroup();
    yield emptied();
  }
  await writeGroup();
  await writer?.finish();
  counted(gatherer.records);
  yield emptied();
}

/** The series of a Parquet file, one group of rows at a time. */
export async function* readParquet(
  source: string | URL | Uint8Array,
  layout: DeepARLayout,
  signal: AbortSignal | undefined,
  observer?: SeriesObserver,
): AsyncGenerator<DeepARSeries[], void, void> {
  let row = 0;
  for await (const rows of parquetRows(source, signal)) {
    const all: DeepARSeries[] = [];
    for (const { fields, source: name } of rows) {
      row++;
      try {
        const series = seriesOf(fields);
        layout.checkLengths(series.values, series.dynamicFeatures);
        all.push(series);
        observer?.series(series, row, undefined);
      } catch (error) {
        if (!(error instanceof RecordFault)) throw error;
        const fault = new FormatError(error.message, {
          code: "FORMAT_INVALID_RECORD",
          format,
          source: name,
          record: row,
          recordName: "row",
          field: error.field,
        });
        if (observer === undefined) throw fault;
        observer.fault(fault);
      }
    }
    yield all;
  }
}

/** A row of a Parquet file, as the fields of a line of JSON. */
interface ParquetRow {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly source: string | undefined;
}

/** The rows of a file with what is read of them, in the groups in which they were written. */
async function* parquetRows(
  source: string | URL | Uint8Array,
  signal: AbortSignal | undefined,
): AsyncGenerator<ParquetRow[], void, void> {
  const { parquetMetadataAsync, parquetReadObjects, parquetSchema } = await load(
    "hyparquet",
    () => import("hyparquet"),
  );
  const bytes = await openBytesAt(source, signal);
  try {
    const file = {
      byteLength: bytes.sizeBytes,
      slice: async (start: number, end = bytes.sizeBytes) => (await bytes.read(start, end)).buffer,
    };
    const corrupt = (error: unknown): unknown =>
      signal?.aborted || (error instanceof Error && "syscall" in error)
        ? error
        : new FormatError(
            `the Parquet file cannot be read: ${error instanceof Error ? error.message : String(error)}`,
            { code: "FORMAT_CORRUPT_INPUT", format, source: bytes.name, cause: error },
          );
    const metadata = await parquetMetadataAsync(file).catch((error: unknown) => {
      throw corrupt(error);
    });
    const present = new Set(parquetSchema(metadata).children.map(({ element }) => element.name));
    const columns = ["start", "target", "cat", "dynamic_feat"].filter((name) => present.has(name));
    const compressors = await decompressors();
    let rowStart = 0;
    for (const group of metadata.row_groups) {
      signal?.throwIfAborted();
      const rowEnd = rowStart + Number(group.num_rows);
      const rows = await parquetReadObjects({ file, metadata, columns, rowStart, rowEnd, compressors }).catch(
        (error: unknown) => {
          throw corrupt(error);
        },
      );
      yield rows.map((fields) => ({ fields: plain(fields), source: bytes.name }));
      rowStart = rowEnd;
    }
  } finally {
    await bytes.close();
  }
}

/** Null columns are absent fields; whole numbers of 64 bits become numbers. */
function plain(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (value === null || value === undefined) continue;
    const list = Array.isArray(value) || ArrayBuffer.isView(value);
    result[name] = list ? Array.from(value as ArrayLike<unknown>, plainValue) : value;
  }
  return result;
}

function plainValue(value: unknown): unknown {
  return typeof value === "bigint" ? Number(value) : value;
}

async function openBytesAt(source: string | URL | Uint8Array, signal: AbortSignal | undefined): Promise<RandomAccess> {
  if (!(source instanceof Uint8Array)) {
    const { openRandomAccess } = await import("./node-files.js");
    return openRandomAccess(source, signal);
  }
  return {
    name: undefined,
    sizeBytes: source.byteLength,
    read: async (start, end) => new Uint8Array(source.subarray(start, end)),
    close: async () => undefined,
  };
}

/** Compressions that Node itself can undo; that of Snappy comes with the reader. */
async function decompressors(): Promise<Record<string, (input: Uint8Array) => Uint8Array>> {
  const zlib = await import("node:zlib");
  const { zstdDecompressSync } = zlib as { readonly zstdDecompressSync?: (input: Uint8Array) => Uint8Array };
  return {
    GZIP: (input) => zlib.gunzipSync(input),
    BROTLI: (input) => zlib.brotliDecompressSync(input),
    ...(zstdDecompressSync === undefined ? {} : { ZSTD: (input: Uint8Array) => zstdDecompressSync(input) }),
  };
}

async function load<T>(packageName: string, loader: () => Promise<T>): Promise<T> {
  try {
    return await loader();
  } catch (error) {
    throw new MissingDependencyError(packageName, "A DeepAR file in Parquet form (JSON Lines need none)", error);
  }
}
