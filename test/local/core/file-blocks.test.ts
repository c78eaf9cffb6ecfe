import { createHash } from "node:crypto";
import { open, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { fileBlocks } from "../../../src/local/core/file-blocks.js";
import { temporaryFolder } from "../support.js";

describe("fileBlocks", () => {
  it("gives every byte of a file with holes, also behind the last whole page", async () => {
    const path = join(temporaryFolder(), "sparse");
    const head = Buffer.from("head");
    const tail = Buffer.from("tail of an odd length.");
    const hole = 40 * 1024 * 1024 + 5;
    const file = await open(path, "wx");
    await file.write(head, 0, head.length, 0);
    await file.write(tail, 0, tail.length, head.length + hole);
    await file.close();
    const expected = createHash("md5").update(head).update(Buffer.alloc(hole)).update(tail).digest("hex");

    const hash = createHash("md5");
    let bytes = 0;
    for await (const block of fileBlocks(path)) {
      hash.update(block);
      bytes += block.length;
    }
    expect(bytes).toBe((await stat(path)).size);
    expect(hash.digest("hex")).toBe(expected);
  });

  it("gives small and empty files", async () => {
    const path = join(temporaryFolder(), "small");
    for (const text of ["", "text"]) {
      await writeFile(path, text);
      const found: string[] = [];
      for await (const block of fileBlocks(path)) found.push(Buffer.from(block).toString());
      expect(found.join("")).toBe(text);
    }
  });
});
