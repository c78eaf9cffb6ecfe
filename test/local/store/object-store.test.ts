import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm, stat, symlink, truncate, writeFile } from "node:fs/promises";
import { join, sep } from "node:path";
import { describe, expect, it } from "vitest";
import { collect, hostileKeys, newObjectStore, openObjectStore, temporaryFolder } from "../support.js";

const text = (value: string): Buffer => Buffer.from(value);
const md5 = (value: string): string => createHash("md5").update(value).digest("hex");

describe("FileObjectStore", () => {
  it("keeps objects as readable files", async () => {
    const { store, folder } = await newObjectStore();
    await store.createBucket("data");

    const stored = await store.put("data", "train/part 1.csv", text("a,b\n"));

    expect(await readFile(join(folder, "s3/data/data/train/part 1.csv"), "utf8")).toBe("a,b\n");
    expect(stored).toMatchObject({ key: "train/part 1.csv", sizeBytes: 4, etag: md5("a,b\n") });
    expect(stored.path).toBe(join(folder, "s3/data/data/train/part 1.csv"));
  });

  it("stores and lists every hostile key, all below the bucket's folder, and finds them after a restart", async () => {
    const { store, folder } = await newObjectStore();
    await store.createBucket("bucket");
    for (const key of hostileKeys) await store.put("bucket", key, text(key));

    const again = openObjectStore(folder);
    const listed = await collect(again.list("bucket", ""));

    const byBytes = [...hostileKeys].sort((a, b) => Buffer.compare(text(a), text(b)));
    expect(listed.map((object) => object.key)).toEqual(byBytes);
    for (const object of listed) {
      expect(object.path.startsWith(join(folder, "s3", "bucket", "data") + sep)).toBe(true);
      expect(await readFile(object.path, "utf8")).toBe(object.key);
    }
    for (const key of hostileKeys) expect(await again.delete("bucket", key), key).toBe(true);
    expect(await collect(again.list("bucket", ""))).toEqual([]);
    expect(await readdir(join(folder, "s3/bucket/data"))).toEqual([]);
  });

  it("holds a key and keys below it, in either order", async () => {
    const { store } = await newObjectStore();
    await store.createBucket("bucket");
    await store.put("bucket", "a", text("file"));
    await store.put("bucket", "a/b", text("below"));
    await store.put("bucket", "x/y/z", text("deep"));
    await store.put("bucket", "x/y", text("middle"));

    const listed = await collect(store.list("bucket", ""));

    expect(listed.map(({ key }) => key)).toEqual(["a", "a/b", "x/y", "x/y/z"]);
    const contents = await Promise.all(listed.map(({ path }) => readFile(path, "utf8")));
    expect(contents).toEqual(["file", "below", "middle", "deep"]);
  });

  it("shows files that were dropped into the folder, whatever their name", async () => {
    const { store, folder } = await newObjectStore();
    await store.createBucket("bucket");
    await collect(store.list("bucket", ""));
    const data = join(folder, "s3/bucket/data");
    await mkdir(join(data, "100%"));
    await writeFile(join(data, "dropped.csv"), "1,2\n");
    await writeFile(join(data, "100%", "x.txt"), "odd name");

    expect((await collect(store.list("bucket", ""))).map(({ key }) => key)).toEqual(["100%/x.txt", "dropped.csv"]);
    expect((await collect(store.list("bucket", "100%/"))).map(({ key }) => key)).toEqual(["100%/x.txt"]);
    expect(await store.head("bucket", "dropped.csv")).toMatchObject({ sizeBytes: 4, etag: md5("1,2\n") });
    expect(await store.head("bucket", "100%/x.txt")).toMatchObject({ etag: md5("odd name") });
    expect(await store.delete("bucket", "100%/x.txt")).toBe(true);
    expect(await store.head("bucket", "100%/x.txt")).toBeUndefined();
  });

  it("notices that a file was edited and takes its new bytes", async () => {
    const { store } = await newObjectStore();
    await store.createBucket("bucket");
    const { path } = await store.put("bucket", "notes.txt", text("old"));

    await writeFile(path, "edited");

    expect(await store.head("bucket", "notes.txt")).toMatchObject({ sizeBytes: 6, etag: md5("edited") });
    await rm(path);
    expect(await store.head("bucket", "notes.txt")).toBeUndefined();
    expect(await store.keys("bucket", "")).toEqual([]);
  });

  it("makes a damaged sidecar again from the bytes", async () => {
    const { store, folder } = await newObjectStore();
    await store.createBucket("bucket");
    await store.put("bucket", "key", text("bytes"));
    const meta = join(folder, "s3/bucket/meta");
    const [prefix = ""] = await readdir(meta);
    const [name = ""] = await readdir(join(meta, prefix));
    await truncate(join(meta, prefix, name), 20);

    expect(await store.head("bucket", "key")).toMatchObject({ etag: md5("bytes"), sizeBytes: 5 });
    expect(JSON.parse(await readFile(join(meta, prefix, name), "utf8"))).toMatchObject({ key: "key" });
  });

  it("does not follow links, neither to read nor to write", async () => {
    const { store, folder } = await newObjectStore();
    const outside = temporaryFolder();
    await writeFile(join(outside, "secret"), "secret");
    await store.createBucket("bucket");
    await symlink(outside, join(folder, "s3/bucket/data/link"));
    await symlink(join(outside, "secret"), join(folder, "s3/bucket/data/file"));

    expect(await store.keys("bucket", "")).toEqual([]);
    expect(await store.head("bucket", "link/secret")).toBeUndefined();
    expect(await store.head("bucket", "file")).toBeUndefined();
    await store.put("bucket", "link/new", text("inside"));
    await store.put("bucket", "file", text("inside"));
    expect(await readdir(outside)).toEqual(["secret"]);
    expect(await readFile(join(outside, "secret"), "utf8")).toBe("secret");
    expect(await store.keys("bucket", "")).toEqual(["file", "link/new"]);
  });

  it("does not let a sidecar point outside its bucket", async () => {
    const { store, folder } = await newObjectStore();
    await store.createBucket("bucket");
    await store.put("bucket", "key", text("bytes"));
    const meta = join(folder, "s3/bucket/meta");
    const [prefix = ""] = await readdir(meta);
    const [name = ""] = await readdir(join(meta, prefix));
    const sidecar = JSON.parse(await readFile(join(meta, prefix, name), "utf8")) as Record<string, unknown>;
    await writeFile(join(folder, "outside"), "x");
    const { ino, size, mtimeNs } = await stat(join(folder, "outside"), { bigint: true });
    const forged = { ino: String(ino), size: Number(size), mtimeNs: String(mtimeNs), path: "../../../outside" };
    await writeFile(join(meta, prefix, name), JSON.stringify({ ...sidecar, ...forged }));

    expect(await store.head("bucket", "key")).toMatchObject({ path: join(folder, "s3/bucket/data/key"), sizeBytes: 5 });
  });

  it("takes a finished file over without copying it", async () => {
    const { store, folder } = await newObjectStore();
    await store.createBucket("bucket");
    await writeFile(join(folder, "model.tar.gz"), "archive");
    const { ino } = await stat(join(folder, "model.tar.gz"));

    const stored = await store.adoptFile("bucket", "job/output/model.tar.gz", join(folder, "model.tar.gz"));

    expect((await stat(stored.path)).ino).toBe(ino);
    expect(stored.etag).toBe(md5("archive"));
    expect(existsSync(join(folder, "model.tar.gz"))).toBe(false);
  });

  it("gives concurrent readers and writers of one key whole versions only", async () => {
    const { store } = await newObjectStore();
    await store.createBucket("bucket");
    const versions = Array.from({ length: 20 }, (_, index) => String(index).repeat(1000 + index));
    await store.put("bucket", "key", text(versions[0] ?? ""));

    const reads = async (): Promise<void> => {
      for (let round = 0; round < 30; round++) {
        const opened = await store.open("bucket", "key");
        const content = await opened?.handle.readFile("utf8");
        await opened?.handle.close();
        expect(versions).toContain(content);
        expect(opened?.entry.etag).toBe(md5(content ?? ""));
      }
    };
    await Promise.all([...versions.map((version) => store.put("bucket", "key", text(version))), reads(), reads()]);
  });

  it("refuses unknown buckets, bad bucket names and buckets that are not empty", async () => {
    const { store } = await newObjectStore();
    await expect(store.put("nowhere", "key", text(""))).rejects.toMatchObject({ code: "NoSuchBucket", status: 404 });
    await expect(store.createBucket("../up")).rejects.toMatchObject({ code: "InvalidBucketName" });
    await expect(store.createBucket("a")).rejects.toMatchObject({ code: "InvalidBucketName" });
    await store.createBucket("bucket");
    await expect(store.createBucket("bucket")).rejects.toMatchObject({ code: "BucketAlreadyOwnedByYou" });
    await store.put("bucket", "key", text(""));
    await expect(store.deleteBucket("bucket")).rejects.toMatchObject({ code: "BucketNotEmpty" });
    await store.delete("bucket", "key");
    await store.deleteBucket("bucket");
    expect(await store.listBuckets()).toEqual([]);
  });

  it("lists a prefix without looking at other folders' keys", async () => {
    const { store } = await newObjectStore();
    await store.createBucket("bucket");
    for (const key of ["a/1", "a/2", "ab/1", "b/1", "a b/1"]) await store.put("bucket", key, text(key));

    expect(await store.keys("bucket", "a/")).toEqual(["a/1", "a/2"]);
    expect(await store.keys("bucket", "a")).toEqual(["a b/1", "a/1", "a/2", "ab/1"]);
    expect(await store.keys("bucket", "a b/")).toEqual(["a b/1"]);
    expect(await store.keys("bucket", "c/")).toEqual([]);
    await expect(store.keys("nowhere", "")).rejects.toMatchObject({ code: "NoSuchBucket" });
  });
});
