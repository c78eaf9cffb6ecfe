import { describe, expect, it } from "vitest";
import { type DeepARFinding, deepAREpochSize, deriveDeepAR } from "../../../src/estimators/index.js";
import { type DeepARReport, inspectDeepAR } from "../../../src/formats/index.js";

const hp = { time_freq: "D", prediction_length: 10, context_length: 10, epochs: 5 } as const;

interface Line {
  readonly start?: string;
  readonly target?: readonly unknown[];
  readonly cat?: readonly number[];
  readonly dynamic_feat?: readonly (readonly unknown[])[];
}

/** Values that suit no special likelihood. */
const wave = (length: number): number[] => Array.from({ length }, (_, index) => Math.sin(index) * 10);

/** The report of a file with these lines; an empty one is a good line. */
async function reportOf(lines: readonly (Line | string)[]): Promise<DeepARReport> {
  const text = lines
    .map((line) =>
      typeof line === "string" ? line : JSON.stringify({ start: "2024-01-01 00:00:00", target: wave(400), ...line }),
    )
    .join("\n");
  return inspectDeepAR({ text }, { predictionLength: hp.prediction_length, frequency: hp.time_freq });
}

async function findingsOf(
  train: readonly (Line | string)[],
  more: { readonly given?: object; readonly test?: readonly (Line | string)[] } = {},
): Promise<readonly DeepARFinding[]> {
  const data = {
    train: await reportOf(train),
    ...(more.test && { test: await reportOf(more.test) }),
  };
  return deriveDeepAR(data, { ...hp, ...more.given }).findings;
}

/** Code, kind, severity and message. */
const brief = (findings: readonly DeepARFinding[]): string[] =>
  findings.map(({ code, kind, severity, message }) => `${code} ${kind} ${severity}: ${message}`);

describe("deriveDeepAR", () => {
  it("finds nothing in good data", async () => {
    const feature = (length: number) => [wave(length)];
    const line = (cat: number) => ({ cat: [cat], dynamic_feat: feature(400) });
    const longer = (cat: number) => ({ cat: [cat], target: wave(410), dynamic_feat: feature(410) });
    const lines = [line(0), line(1), line(0)];
    expect(await findingsOf(lines, { test: [longer(1), longer(0)] })).toEqual([]);
    const given = { cardinality: [2], num_dynamic_feat: 1, likelihood: "gaussian" };
    expect(await findingsOf(lines, { given })).toEqual([]);
  });

  it("derives what the service would infer, and keeps what was given", async () => {
    const train = await reportOf([{ cat: [0, 2] }, { cat: [1, 1] }, { cat: [0, 0] }]);
    expect(deriveDeepAR({ train }, hp)).toMatchObject({
      cardinality: [2, 3],
      num_dynamic_feat: "ignore",
      findings: [],
    });
    const given = { ...hp, cardinality: "", num_dynamic_feat: "ignore" } as const;
    expect(deriveDeepAR({ train }, given)).toMatchObject({ cardinality: "", num_dynamic_feat: "ignore" });
    const featured = await reportOf([{ dynamic_feat: [wave(400), wave(400)] }]);
    expect(deriveDeepAR({ train: featured }, hp)).toMatchObject({ cardinality: "ignore", num_dynamic_feat: 2 });
    expect(deriveDeepAR({ train: featured }, { ...hp, cardinality: "auto" }).cardinality).toBe("ignore");
  });

  it.each<[string, unknown[], string]>([
    ["counts", [1, 2, 3], "negative-binomial"],
    ["shares", [0.1, 0.9], "beta"],
    ["anything else", [0.1, 1], "student-T"],
    ["negative whole numbers", [-1, 2], "student-T"],
  ])("suggests a likelihood for %s", async (_name, target, best) => {
    const train = await reportOf([
      { target: Array.from({ length: 400 }, (_, index) => target[index % target.length]) },
    ]);
    const { suggestedLikelihoods, findings } = deriveDeepAR({ train }, hp);
    expect(suggestedLikelihoods[0]).toBe(best);
    const hints = findings.filter(({ kind }) => kind === "likelihood-suggestion");
    expect(hints.map(({ fix }) => fix)).toEqual(best === "student-T" ? [] : [`try "${best}"`]);
    expect(deriveDeepAR({ train }, { ...hp, likelihood: "gaussian" }).findings).toEqual([]);
  });

  it.each<[string, readonly (Line | string)[], { given?: object; test?: readonly (Line | string)[] }, string[]]>([
    [
      "DA-02, DA-04: lines that are no series",
      [{}, "[1,2]", "{'start': 1}"],
      {},
      ['DA-04 unreadable error: channel "train": 2 series, each cannot be read as a series, the first: '],
    ],
    [
      "DA-01: a start with a time zone",
      [{}, { start: "2024-01-01T00:00:00Z" }],
      {},
      ['DA-01 unreadable error: channel "train": one series cannot be read as a series: start: '],
    ],
    [
      "DA-05: missing values in dynamic features",
      [{ dynamic_feat: [wave(400)] }, { dynamic_feat: [[null, ...wave(399)]] }],
      {},
      ['DA-05 unreadable error: channel "train": one series cannot be read as a series: dynamic_feat[0]'],
    ],
    [
      "DA-02: one point a line",
      Array.from({ length: 400 }, (_, index) => ({ target: [Math.sin(index + 1)] })),
      {},
      ['DA-02 one-point-a-line error: each of the 400 lines of channel "train" holds one value'],
    ],
    [
      "DA-03: starts off the grid",
      [{}, { start: "2024-01-01 07:00:00" }],
      {},
      ['DA-03 unaligned-start warning: channel "train": one series starts off the grid of the frequency: '],
    ],
    [
      "DA-06: dynamic features with a future part in training",
      [{ dynamic_feat: [wave(410)] }],
      {},
      [
        'DA-06 feature-length error: channel "train": one series has dynamic features of another length than its target: ',
      ],
    ],
    [
      "DA-06: another number of dynamic features",
      [{ dynamic_feat: [wave(400)] }, { dynamic_feat: [wave(400), wave(400)] }],
      {},
      [
        'DA-06 differing-layout error: channel "train": one series has another number of categories or dynamic features than the first series: ',
      ],
    ],
    [
      "DA-06: num_dynamic_feat that the data does not have",
      [{}],
      { given: { num_dynamic_feat: 2 } },
      ['DA-06 feature-count error: "num_dynamic_feat" is 2, but the series of channel "train" have 0'],
    ],
    [
      "DA-06: test data without the features",
      [{ dynamic_feat: [wave(400)] }],
      { test: [{ target: wave(410) }] },
      ['DA-06 test-features error: the series of channel "test" have 0 dynamic features, those of channel "train" 1'],
    ],
    [
      "DA-07: codes that no series has",
      [{ cat: [3] }, { cat: [1] }],
      {},
      ['DA-07 missing-codes error: no series of channel "train" has the code 0, 2 in cat[0], but the codes go to 3'],
    ],
    [
      "DA-07: another cardinality",
      [{ cat: [0] }, { cat: [1] }, { cat: [0] }],
      { given: { cardinality: [3] } },
      ['DA-07 cardinality error: "cardinality" is [3], but the codes of channel "train" give [2]'],
    ],
    [
      "DA-07: a cardinality without cat",
      [{}],
      { given: { cardinality: [3], embedding_dimension: 4 } },
      [
        'DA-07 cardinality error: "cardinality" is [3], but the series of channel "train" have no cat',
        'DA-07 unused-embedding info: "embedding_dimension" has no effect: the series have no cat',
      ],
    ],
    [
      "DA-07: series sorted by group",
      [{ cat: [0] }, { cat: [0] }, { cat: [1] }, { cat: [1] }],
      {},
      ['DA-07 sorted-by-category warning: the series of channel "train" are sorted by their categories'],
    ],
    [
      "DA-07: test series of unknown groups",
      [{ cat: [0] }],
      {
        test: [
          { cat: [2], target: wave(410) },
          { cat: [0], target: wave(410) },
        ],
      },
      ['DA-07 test-categories error: cat[0] of channel "test" goes to 2, that of channel "train" only to 0'],
    ],
    [
      "DA-07: test series without groups",
      [{ cat: [0] }],
      { test: [{ target: wave(410) }] },
      ['DA-07 test-categories error: the series of channel "test" have 0 categories, those of channel "train" 1'],
    ],
    [
      "DA-10: nothing but zeros",
      [{ target: Array.from({ length: 400 }, () => 0) }],
      { given: { likelihood: "gaussian" } },
      ['DA-10 all-zero error: all values of channel "train" are 0'],
    ],
    [
      "DA-10: a series of zeros, one of one value, one of none",
      [
        {},
        { target: Array.from({ length: 20 }, () => 0) },
        { target: Array.from({ length: 20 }, () => 7) },
        { target: Array.from({ length: 20 }, () => null) },
      ],
      {},
      [
        'DA-10 no-values warning: channel "train": one series has no values: ',
        'DA-10 zero-series warning: 1 of 4 series of channel "train" hold only zeros',
        'DA-10 constant info: channel "train": one series has the same value everywhere: ',
      ],
    ],
    [
      "DA-11: fewer than 300 values",
      [{ target: [...wave(299), null] }],
      {},
      ['DA-11 few-observations error: channel "train" holds 299 values in 1 series'],
    ],
    ["DA-11: 300 values", [{ target: wave(300) }], {}, []],
    [
      "DA-12: only short series",
      Array.from({ length: 40 }, () => ({ target: wave(10) })),
      {},
      ['DA-12 all-too-short error: the longest series of channel "train" has 10 points, "prediction_length" is 10'],
    ],
    [
      "DA-12: some short series",
      [{}, { target: wave(9) }, { target: wave(10) }],
      {},
      [
        'DA-12 too-short warning: 2 of 3 series of channel "train" are not longer than "prediction_length", 10; the shortest has 9 points',
      ],
    ],
    [
      "DA-12: series shorter than a window",
      [{}, { target: wave(19) }],
      {},
      [
        'DA-12 shorter-than-window warning: the shortest series of channel "train" has 19 points, "context_length" and "prediction_length" together are 20',
      ],
    ],
    [
      "DA-12: short test series",
      [{}],
      { test: [{ target: wave(10) }, { target: wave(410) }] },
      [
        'DA-12 test-too-short warning: 1 of 2 series of channel "test" are not longer than "prediction_length", 10; the shortest has 10 points',
      ],
    ],
    [
      "DA-14: counts that are none",
      [{ target: wave(400).map(Math.abs) }],
      { given: { likelihood: "negative-binomial" } },
      [
        'DA-14 likelihood error: "likelihood" is "negative-binomial", but some values are no whole numbers, and it is for counts',
      ],
    ],
    [
      "DA-14: negative counts",
      [{ target: Array.from({ length: 400 }, (_, index) => (index % 9) - 2) }],
      { given: { likelihood: "negative-binomial" } },
      [
        'DA-14 likelihood error: "likelihood" is "negative-binomial", but values go down to -2, and it is for counts from 0',
      ],
    ],
    [
      "DA-14: shares up to 1",
      [{ target: Array.from({ length: 400 }, (_, index) => (index % 5) / 4) }],
      { given: { likelihood: "beta" } },
      [
        'DA-14 likelihood error: "likelihood" is "beta", but values lie between 0 and 1, and it is for values between 0 and 1, both excluded',
      ],
    ],
    [
      "DA-19: a test that the training has seen",
      [{}],
      { test: [{}] },
      [
        'DA-19 test-not-longer warning: the longest series of channel "test" has 400 points, that of channel "train" 400',
      ],
    ],
  ])("finds %s", async (_name, train, more, expected) => {
    const found = brief(await findingsOf(train, more));
    expect(found).toHaveLength(expected.length);
    for (const [index, start] of expected.entries()) expect(found[index]).toContain(start);
  });

  it("names the line of the first fault", async () => {
    const [finding] = await findingsOf([{}, {}, { target: wave(3) }]);
    expect(finding).toMatchObject({ kind: "too-short", place: { channel: "train", line: 3, field: "target" } });
  });

  it("looks at no categories or features that are left out", async () => {
    const given = { cardinality: "ignore", num_dynamic_feat: "" };
    expect(await findingsOf([{ cat: [7], dynamic_feat: [wave(400)] }], { given })).toEqual([]);
  });
});

describe("deepAREpochSize", () => {
  it.each([
    [1, 32, { passes: 320, probability: 1, windows: 320 }],
    [200, 32, { passes: 2, probability: 0.8, windows: 320 }],
  ])("is that of a real job with %i series and batches of %i", (series, batch, expected) => {
    expect(deepAREpochSize(series, batch)).toEqual(expected);
  });
});
