import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  fromBatches,
  type SeriesFromRowsOptions,
  seriesFromRows,
  type TimeSeries,
  timestamps,
} from "../../src/datasets/index.js";
import { ValidationError } from "../../src/errors/index.js";

interface Row {
  readonly shop: string;
  readonly timestamp: string;
  readonly value: number | null;
  readonly group?: number;
  readonly price?: number;
}
const options: SeriesFromRowsOptions<Row> = { frequency: "D", item: (row) => row.shop };

async function all<T>(series: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const one of series) list.push(one);
  return list;
}

const faultOf = async (rows: Row[], more: Partial<SeriesFromRowsOptions<Row>> = {}): Promise<string> => {
  const error = await all(seriesFromRows(rows, { ...options, ...more })).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ValidationError);
  return (error as Error).message;
};

const shown = (series: TimeSeries): [string | undefined, string, number[]] => [
  series.itemId,
  series.start,
  Array.from(series.values),
];

describe("seriesFromRows", () => {
  it("groups rows by item, orders them by time and fills the gaps with missing values", async () => {
    const rows = [
      { shop: "b", timestamp: "2024-02-28", value: 7 },
      { shop: "a", timestamp: "2024-01-03", value: 5 },
      { shop: "a", timestamp: "2024-01-01", value: 3 },
      { shop: "b", timestamp: "2024-03-01", value: null },
    ];

    expect((await all(seriesFromRows(rows, options))).map(shown)).toEqual([
      ["b", "2024-02-28 00:00:00", [7, Number.NaN, Number.NaN]],
      ["a", "2024-01-01 00:00:00", [3, Number.NaN, 5]],
    ]);
    expect((await all(seriesFromRows(rows.slice(1, 3), { ...options, gaps: "zero" }))).map(shown)).toEqual([
      ["a", "2024-01-01 00:00:00", [3, 0, 5]],
    ]);
  });

  it("gives back any series that was taken apart, whatever the order of its rows", async () => {
    const frequency = fc.constantFrom("M", "W", "D", "H", "15min", "2M");
    const series = fc.array(fc.array(fc.option(fc.integer()), { minLength: 1, maxLength: 20 }), {
      minLength: 1,
      maxLength: 5,
    });
    await fc.assert(
      fc.asyncProperty(
        frequency,
        series,
        fc.infiniteStream(fc.double({ noNaN: true })),
        async (step, lists, random) => {
          const rows = lists.flatMap((values, shop) =>
            timestamps("2023-12-31", step as "M", values.length).map((timestamp, index) => ({
              shop: String(shop),
              timestamp,
              value: values[index] as number | null,
            })),
          );
          const order = rows.map((row) => ({ row, key: random.next().value as number })).sort((a, b) => a.key - b.key);
          const made = await all(
            seriesFromRows(
              order.map(({ row }) => row),
              { ...options, frequency: step as "M" },
            ),
          );
          const values = new Map(
            made.map((one) => [one.itemId, Array.from(one.values, (value) => (Number.isNaN(value) ? null : value))]),
          );

          expect(values).toEqual(new Map(lists.map((list, shop) => [String(shop), list])));
        },
      ),
      { numRuns: 60 },
    );
  });

  it("holds one series at a time when the rows of each stand together", async () => {
    let taken = 0;
    async function* endless() {
      for (let shop = 0; ; shop++)
        for (const timestamp of ["2024-01-01", "2024-01-02"]) {
          taken++;
          yield { shop: String(shop), timestamp, value: shop };
        }
    }
    const series = seriesFromRows(endless(), { ...options, grouped: true });

    expect(shown((await series.next()).value as TimeSeries)).toEqual(["0", "2024-01-01 00:00:00", [0, 0]]);
    expect(shown((await series.next()).value as TimeSeries)).toEqual(["1", "2024-01-01 00:00:00", [1, 1]]);
    expect(taken).toBeLessThan(8);
    await series.return();
    const again = [
      { shop: "a", timestamp: "2024-01-01", value: 1 },
      { shop: "b", timestamp: "2024-01-01", value: 1 },
      { shop: "a", timestamp: "2024-01-02", value: 1 },
    ];
    expect(await faultOf(again, { grouped: true })).toContain('row 3: item "a" comes again after others');
  });

  it("makes one series of all rows without an item, from arrays and from batches, with Dates", async () => {
    const rows = [0, 1, 3].map((hour) => ({ timestamp: new Date(Date.UTC(2024, 0, 1, hour)), value: hour }));
    const made = await all(seriesFromRows(fromBatches([rows]), { frequency: "H", zone: "utc" }));

    expect(made.map(shown)).toEqual([[undefined, "2024-01-01 00:00:00", [0, 1, Number.NaN, 3]]]);
  });

  it("takes categories and dynamic features from the rows", async () => {
    const rows = [
      { shop: "a", timestamp: "2024-01-02", value: 1, group: 4, price: 2.5 },
      { shop: "a", timestamp: "2024-01-01", value: 2, group: 4, price: 1.5 },
    ];
    const more = { categories: (row: Row) => [row.group ?? 0], dynamicFeatures: (row: Row) => [row.price ?? 0] };
    const [series] = await all(seriesFromRows(rows, { ...options, ...more }));

    expect(series).toMatchObject({ categories: [4] });
    expect(Array.from(series?.dynamicFeatures?.[0] ?? [])).toEqual([1.5, 2.5]);
    expect(await faultOf([...rows, { ...(rows[0] as Row), group: 5 }], more)).toContain(
      "row 3: categories [5], but [4]",
    );
    expect(await faultOf([...rows, { ...(rows[0] as Row), timestamp: "2024-01-05" }], more)).toContain(
      "no row at 2024-01-03 00:00:00; dynamic features must be known at every time",
    );
  });

  it("refuses two rows at one time, or takes the last or their sum", async () => {
    const rows = [1, 2, null].map((value) => ({ shop: "a", timestamp: "2024-01-01", value }));

    expect(await faultOf(rows)).toContain('(item "a"): more than one row at 2024-01-01 00:00:00');
    expect((await all(seriesFromRows(rows, { ...options, duplicates: "sum" })))[0]?.values[0]).toBe(3);
    expect((await all(seriesFromRows(rows.slice(0, 2), { ...options, duplicates: "last" })))[0]?.values[0]).toBe(2);
  });

  it("names item and row of what cannot be a point", async () => {
    const row = { shop: "a", timestamp: "2024-01-01", value: 1 };
    const faults: [rows: Row[], message: string][] = [
      [[row, { ...row, timestamp: "2024-01-01T00:00:00Z" }], "row 2: "],
      [
        [{ ...row, value: Number.POSITIVE_INFINITY }],
        "row 1: the value must be a finite number, or null when it is missing; got Infinity",
      ],
      [[{ ...row, value: "3" as unknown as number }], 'got "3"'],
      [[{ ...row, value: undefined as unknown as number }], "got undefined"],
      [[{ ...row, shop: undefined as unknown as string }], "row 1: an item must be text or a number"],
      [
        [row, { ...row, timestamp: "2024-01-02 12:00" }],
        "2024-01-02 12:00:00 lies between two points of the grid from 2024-01-01 00:00:00",
      ],
    ];
    for (const [rows, message] of faults) expect(await faultOf(rows)).toContain(message);
    expect(await faultOf([row, { ...row, timestamp: "2024-01-03" }], { gaps: "error" })).toContain(
      "no row at 2024-01-02",
    );
    expect(await faultOf([{ ...row, timestamp: "0001-01-01" }, row], { frequency: "min" })).toContain(
      "is the frequency right?",
    );
    expect(await faultOf([row], { gaps: "fill" as "zero" })).toContain("gaps must be one of");
  });
});
