import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, symlinkSync } from "node:fs";
import { mkdir, open, readdir, readFile, stat, truncate, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { crc32, gunzipSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { seededRandom } from "../../../src/internal/random.js";
import { createTarGz, extractTarGz } from "../../../src/local/store/tar.js";
import { ZeroAwareGzip } from "../../../src/local/store/zero-gzip.js";
import { temporaryFolder } from "../support.js";

/** Makes files below a folder. */
async function writeFiles(folder: string, files: Readonly<Record<string, Uint8Array | string>>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
}

function noise(bytes: number, seed = 1): Buffer {
  const random = seededRandom(seed);
  return Buffer.from(Uint8Array.from({ length: bytes }, () => random.nextInt(256)));
}

/** A tar header as other tools write it; the checksum is right unless it is overridden. */
function tarHeader(fields: {
  name: string;
  size?: number;
  type?: string;
  magic?: string;
  prefix?: string;
  checksum?: string;
  link?: string;
}): Buffer {
  const header = Buffer.alloc(512);
  header.write(fields.name, 0, 100);
  header.write("0000644\0", 100);
  header.write(`${(fields.size ?? 0).toString(8).padStart(11, "0")}\0`, 124);
  header.write(fields.type ?? "0", 156);
  header.write(fields.link ?? "", 157, 100);
  header.write(fields.magic ?? "ustar\x0000", 257, "latin1");
  header.write(fields.prefix ?? "", 345, 155);
  header.fill(" ", 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(fields.checksum ?? `${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return header;
}

function padded(content: string | Buffer): Buffer {
  const bytes = Buffer.from(content);
  return Buffer.concat([bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)]);
}

const end = Buffer.alloc(1024);

/** Unpacks the parts of a tar archive and gives the folder, or rejects. */
async function extract(parts: readonly Buffer[], options: Parameters<typeof extractTarGz>[2] = {}): Promise<string> {
  const folder = temporaryFolder();
  await writeFile(join(folder, "model.tar.gz"), gzipSync(Buffer.concat(parts)));
  await extractTarGz(join(folder, "model.tar.gz"), join(folder, "out"), { source: "s3://b/model.tar.gz", ...options });
  return join(folder, "out");
}

describe("createTarGz", () => {
  it("writes an archive that tar, gzip and zlib read", async () => {
    const folder = temporaryFolder();
    const files = {
      "model.bin": Buffer.concat([noise(100_000), Buffer.alloc(3_000_000), noise(5_000), Buffer.alloc(70_001)]),
      "vectors.txt": "word 0.1 0.2\n".repeat(20_000),
      empty: "",
      "deep/er/meta.json": "{}",
      [`${"long/".repeat(30)}${"n".repeat(120)}.txt`]: "long name",
      "täst/日本語.txt": "unicode",
    };
    await writeFiles(join(folder, "in"), files);

    const { entries, sizeBytes } = await createTarGz(join(folder, "in"), join(folder, "model.tar.gz"));

    expect((await stat(join(folder, "model.tar.gz"))).size).toBe(sizeBytes);
    expect(entries.filter((name) => !name.endsWith("/")).sort()).toEqual(Object.keys(files).sort());
    mkdirSync(join(folder, "out"));
    execFileSync("gzip", ["-t", join(folder, "model.tar.gz")]);
    execFileSync("tar", ["-xzf", join(folder, "model.tar.gz"), "-C", join(folder, "out")]);
    for (const [name, content] of Object.entries(files)) {
      expect(Buffer.from(content).equals(await readFile(join(folder, "out", name))), name).toBe(true);
    }
    expect(gunzipSync(await readFile(join(folder, "model.tar.gz"))).length % 512).toBe(0);
  });

  it("gives the same bytes for the same content, whenever it was written", async () => {
    const folder = temporaryFolder();
    for (const copy of ["one", "two"]) {
      await writeFiles(join(folder, copy), { b: noise(50_000), "a/x": Buffer.alloc(100_000), "a-b": "text" });
      await createTarGz(join(folder, copy), join(folder, `${copy}.tar.gz`));
    }
    expect((await readFile(join(folder, "one.tar.gz"))).equals(await readFile(join(folder, "two.tar.gz")))).toBe(true);
  });

  it("passes over the holes of a large sparse file and keeps them as holes when unpacking", async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, "in"));
    const row = noise(400);
    const handle = await open(join(folder, "in", "model.bin"), "w");
    for (const position of [0, 123_456_789, 250_000_000 - 400]) await handle.write(row, 0, row.length, position);
    await handle.truncate(300_000_123);
    await handle.close();

    const { sizeBytes } = await createTarGz(join(folder, "in"), join(folder, "model.tar.gz"));
    const { files } = await extractTarGz(join(folder, "model.tar.gz"), join(folder, "out"));

    expect(sizeBytes).toBeLessThan(1_000_000);
    expect(files).toEqual([{ name: "model.bin", sizeBytes: 300_000_123 }]);
    const { size, blocks } = await stat(join(folder, "out", "model.bin"));
    expect(size).toBe(300_000_123);
    expect(blocks * 512).toBeLessThan(1_000_000);
    const copy = await open(join(folder, "out", "model.bin"));
    const found = Buffer.alloc(402);
    await copy.read(found, 0, 402, 123_456_788);
    await copy.close();
    expect(found.equals(Buffer.concat([Buffer.alloc(1), row, Buffer.alloc(1)]))).toBe(true);
    execFileSync("gzip", ["-t", join(folder, "model.tar.gz")]);
  });

  it("refuses links and leaves no archive", async () => {
    const folder = temporaryFolder();
    await writeFiles(join(folder, "in"), { a: "a" });
    symlinkSync("/etc/passwd", join(folder, "in", "link"));
    await expect(createTarGz(join(folder, "in"), join(folder, "model.tar.gz"))).rejects.toMatchObject({
      code: "LOCAL_MODEL_INVALID",
      message: expect.stringContaining("link is neither a file nor a folder"),
    });
    expect(existsSync(join(folder, "model.tar.gz"))).toBe(false);
  });

  it("stops at the abort", async () => {
    const folder = temporaryFolder();
    await writeFiles(join(folder, "in"), { a: noise(10_000) });
    const reason = new Error("stopped");
    const packing = createTarGz(join(folder, "in"), join(folder, "a.tgz"), { signal: AbortSignal.abort(reason) });
    await expect(packing).rejects.toBe(reason);
    expect(await readdir(folder)).toEqual(["in"]);
  });
});

describe("ZeroAwareGzip", () => {
  it("is ordinary gzip for any mix of data and zero runs, cut anywhere", async () => {
    const run = fc.oneof(
      fc.record({ zeros: fc.integer({ min: 0, max: 40_000 }) }),
      fc.record({ data: fc.integer({ min: 1, max: 20_000 }) }),
    );
    const runs = fc.array(run, { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(runs, fc.integer({ min: 100, max: 30_000 }), async (parts, pieceBytes) => {
        const plain = Buffer.concat(
          parts.map((part, seed) => ("zeros" in part ? Buffer.alloc(part.zeros) : noise(part.data, seed))),
        );
        const output: Uint8Array[] = [];
        const gzip = new ZeroAwareGzip(async (bytes) => void output.push(Uint8Array.from(bytes)));
        const piece = Buffer.alloc(pieceBytes);
        for (let start = 0; start < plain.length; start += pieceBytes) {
          // The same array every time: nothing of it may be kept.
          const length = plain.copy(piece, 0, start, start + pieceBytes);
          await gzip.write(piece.subarray(0, length));
        }
        await gzip.finish();
        gzip.destroy();
        const unpacked = gunzipSync(Buffer.concat(output));
        expect(crc32(unpacked)).toBe(crc32(plain));
        expect(unpacked.equals(plain)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});

describe("extractTarGz", () => {
  it("reads what other tools write: GNU long names, pax headers, a leading dot, prefixes", async () => {
    const longName = `${"d".repeat(90)}/${"e".repeat(90)}/f`;
    const pax = "30 path=pax/täst/file.txt\n".replace("30", String(Buffer.byteLength("30 path=pax/täst/file.txt\n")));
    const out = await extract([
      tarHeader({ name: "./", type: "5" }),
      tarHeader({ name: "././@LongLink", type: "L", size: longName.length + 1, magic: "ustar  \0" }),
      padded(`${longName}\0`),
      tarHeader({ name: longName.slice(0, 100), size: 4, magic: "ustar  \0" }),
      padded("gnu\n"),
      tarHeader({ name: "pax", type: "x", size: Buffer.byteLength(pax) }),
      padded(pax),
      tarHeader({ name: "ignored", size: 4 }),
      padded("pax\n"),
      tarHeader({ name: "./model.bin", size: 3, type: "\0" }),
      padded("bin"),
      tarHeader({ name: "name", prefix: "pre/fix", size: 1 }),
      padded("p"),
      end,
    ]);
    expect(await readFile(join(out, longName), "utf8")).toBe("gnu\n");
    expect(await readFile(join(out, "pax/täst/file.txt"), "utf8")).toBe("pax\n");
    expect(await readFile(join(out, "model.bin"), "utf8")).toBe("bin");
    expect(await readFile(join(out, "pre/fix/name"), "utf8")).toBe("p");
  });

  it("reads archives of the tar command, also one without an end mark", async () => {
    const folder = temporaryFolder();
    await writeFiles(join(folder, "in"), { "model.bin": noise(20_000), "sub/labels.txt": "a\n" });
    execFileSync("tar", ["-czf", join(folder, "m.tar.gz"), "-C", join(folder, "in"), "."]);
    const { files } = await extractTarGz(join(folder, "m.tar.gz"), join(folder, "out"));
    expect(files.map(({ name }) => name).sort()).toEqual(["model.bin", "sub/labels.txt"]);
    expect(await readdir(await extract([tarHeader({ name: "a", size: 1 }), padded("a")]))).toEqual(["a"]);
  });

  it.each([
    ["an absolute name", tarHeader({ name: "/etc/cron" }), 'the name of the entry "/etc/cron" is an absolute path'],
    ["a way out", tarHeader({ name: "a/../../b" }), 'leads out of the folder with ".."'],
    ["a drive letter", tarHeader({ name: "C:evil" }), "starts with a drive letter"],
    ["a backslash", tarHeader({ name: "..\\evil" }), "holds a backslash"],
    ["a symbolic link", tarHeader({ name: "l", type: "2", link: "/etc/passwd" }), "is a symbolic link"],
    ["a hard link", tarHeader({ name: "l", type: "1", link: "model.bin" }), "is a hard link"],
    ["a device", tarHeader({ name: "d", type: "3" }), "is a device"],
    ["a pipe", tarHeader({ name: "p", type: "6" }), "is a named pipe"],
    ["an unknown type", tarHeader({ name: "s", type: "S" }), 'has the unsupported type "S"'],
    ["a long name", tarHeader({ name: "n".repeat(100), prefix: "p/".repeat(60) }), "is longer than 200 bytes"],
    ["no entry", end, "it holds no file"],
  ])("refuses %s and leaves nothing behind", async (_, header, message) => {
    const folder = temporaryFolder();
    await writeFile(join(folder, "m.tar.gz"), gzipSync(Buffer.concat([header, end])));
    const extracting = extractTarGz(join(folder, "m.tar.gz"), join(folder, "out"), { maxPathBytes: 200 });
    await expect(extracting).rejects.toMatchObject({
      code: "LOCAL_MODEL_INVALID",
      message: expect.stringContaining(message),
    });
    expect(await readdir(folder)).toEqual(["m.tar.gz"]);
  });

  it("refuses more entries, bytes or expansion than allowed", async () => {
    const files = [1, 2, 3].flatMap((number) => [tarHeader({ name: `f${number}`, size: 9 }), padded("123456789")]);
    await expect(extract([...files, end], { maxEntries: 2 })).rejects.toThrow("it holds more than 2 entries");
    await expect(extract([...files, end], { maxTotalBytes: 20 })).rejects.toThrow("it unpacks to more than 20 bytes");
    const bomb = Buffer.alloc(80 * 2 ** 20, "a");
    await expect(extract([tarHeader({ name: "bomb", size: bomb.length }), bomb, end])).rejects.toThrow(
      "it expands to more than 200 times its size",
    );
  });

  it("refuses a name that is a file and a folder", async () => {
    const file = [tarHeader({ name: "a", size: 1 }), padded("1")];
    await expect(extract([...file, tarHeader({ name: "a/b", size: 1 }), padded("2"), end])).rejects.toThrow(
      '"a/b" is both a file and a folder',
    );
    await expect(extract([tarHeader({ name: "a", type: "5" }), ...file, end])).rejects.toThrow(
      '"a" is both a file and a folder',
    );
  });

  it("says what a file is not, in words that help", async () => {
    const folder = temporaryFolder();
    const whole = gzipSync(Buffer.concat([tarHeader({ name: "a", size: 3000 }), noise(3000), Buffer.alloc(72), end]));
    const cases: readonly (readonly [Buffer, string])[] = [
      [Buffer.from("PK\u0003\u0004 not gzip at all"), "is not a gzip file"],
      [Buffer.alloc(0), "is empty"],
      [gzipSync("just some text"), "the compressed content is not a tar archive"],
      [gzipSync(noise(2000)), "the compressed content is not a tar archive"],
      [whole.subarray(0, 1000), "is truncated"],
      [whole.subarray(0, whole.length - 4), "is truncated"],
      [Buffer.concat([whole.subarray(0, -8), Buffer.alloc(8)]), "is damaged"],
      [
        gzipSync(Buffer.concat([tarHeader({ name: "a", size: 3000 }), noise(100)])),
        "it ends in the middle of an entry",
      ],
      [
        gzipSync(Buffer.concat([tarHeader({ name: "a" }), tarHeader({ name: "b", checksum: "0000000\0" }), end])),
        "the header of entry 2 is damaged (wrong checksum)",
      ],
    ];
    for (const [bytes, message] of cases) {
      await writeFile(join(folder, "m.tar.gz"), bytes);
      const extracting = extractTarGz(join(folder, "m.tar.gz"), join(folder, "out"), { source: "s3://b/m.tar.gz" });
      await expect(extracting, message).rejects.toMatchObject({
        code: "LOCAL_MODEL_INVALID",
        message: expect.stringMatching(/^s3:\/\/b\/m\.tar\.gz /u),
      });
      await expect(extracting, message).rejects.toThrow(message);
    }
  });

  it("never crashes or escapes on damaged archives", async () => {
    const folder = temporaryFolder();
    const tar = Buffer.concat([tarHeader({ name: "a", size: 700 }), padded(noise(700)), tarHeader({ name: "b" }), end]);
    let round = 0;
    await fc.assert(
      fc.asyncProperty(fc.nat(tar.length - 1), fc.nat(255), async (position, value) => {
        const damaged = Buffer.from(tar);
        damaged[position] = value;
        await writeFile(join(folder, "m.tar.gz"), gzipSync(damaged));
        const out = join(folder, `out-${round++}`);
        await extractTarGz(join(folder, "m.tar.gz"), out).catch((error: unknown) => {
          expect(error).toMatchObject({ code: "LOCAL_MODEL_INVALID" });
          expect(existsSync(out)).toBe(false);
        });
      }),
      { numRuns: 60 },
    );
    expect((await readdir(folder)).filter((name) => !name.startsWith("out-"))).toEqual(["m.tar.gz"]);
  });

  it("stops at the abort and removes what it wrote", async () => {
    const folder = temporaryFolder();
    await writeFile(join(folder, "m.tar.gz"), gzipSync(Buffer.concat([tarHeader({ name: "a" }), end])));
    const reason = new Error("stopped");
    const extracting = extractTarGz(join(folder, "m.tar.gz"), join(folder, "out"), {
      signal: AbortSignal.abort(reason),
    });
    await expect(extracting).rejects.toBe(reason);
    expect(await readdir(folder)).toEqual(["m.tar.gz"]);
  });

  it("does not write into a folder that holds something", async () => {
    const folder = temporaryFolder();
    await writeFiles(folder, { "out/kept": "kept", "m.tar.gz": gzipSync(end) });
    await truncate(join(folder, "out/kept"), 2);
    await expect(extractTarGz(join(folder, "m.tar.gz"), join(folder, "out"))).rejects.toThrow("is not empty");
    expect(await readFile(join(folder, "out/kept"), "utf8")).toBe("ke");
  });
});
