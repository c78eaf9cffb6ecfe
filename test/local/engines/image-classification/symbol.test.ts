import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { readSymbol } from "../../../../src/local/engines/image-classification/mxnet/read-symbol.js";
import { symbolJson, symbolNodes } from "../../../../src/local/engines/image-classification/mxnet/symbol.js";
import { architectureFor } from "../../../../src/local/engines/image-classification/network/architecture.js";
import { parametersOf } from "../../../../src/local/engines/image-classification/network/parameters.js";

const PHOTOGRAPH = { channels: 3, height: 224, width: 224 };

function network(numLayers: number, options: { classes?: number; multiLabel?: boolean; size?: number } = {}) {
  const { classes = 2, multiLabel = false, size = 224 } = options;
  const imageShape = { channels: 3, height: size, width: size };
  const architecture = architectureFor({ numLayers, imageShape, classes, multiLabel });
  if (!architecture) throw new Error(`no network of ${numLayers} layers`);
  return architecture;
}

describe("symbolJson", () => {
  it("writes the bytes that a real job of the service left, for 50 layers, 3,224,224 and two classes", () => {
    const text = symbolJson(network(50));
    // SHA-256 of image-classification-symbol.json in the public repository ASUCICREPO/tempe-graffiti.
    expect(createHash("sha256").update(text).digest("hex")).toBe(
      "a865b797903394a6a86c799388795a1697cc858050230b8430ccc1bda61a419f",
    );
  });

  it("names every array of the network, in the order of its graph", () => {
    for (const architecture of [network(18), network(50), network(20, { size: 32 })]) {
      const variables = symbolNodes(architecture).filter(({ op }) => op === "null");
      const arrays = variables.map(({ name }) => name).filter((name) => name !== "data" && name !== "softmax_label");
      expect(arrays).toEqual(parametersOf(architecture).map(({ name }) => name));
    }
  });
});

describe("readSymbol", () => {
  it.each([
    ["18 layers", network(18)],
    ["152 layers", network(152, { classes: 257 })],
    ["a small stem", network(20, { size: 32 })],
    ["independent labels", network(34, { classes: 5, multiLabel: true })],
  ])("gives back the network that was written: %s", (_, architecture) => {
    expect(readSymbol(symbolJson(architecture), architecture.imageShape)).toEqual(architecture);
  });

  it("reads graphs of older versions, which name attributes otherwise and number them differently", () => {
    const text = symbolJson(network(18));
    for (const name of ["attr", "param"]) {
      const older = text.replaceAll('"attrs": {', `"${name}": {`).replaceAll('"2e-05"', '"0.00002"');
      expect(readSymbol(older, PHOTOGRAPH)).toEqual(network(18));
    }
  });

  it("names the first node that is not as it should be", () => {
    const text = symbolJson(network(18));
    const strange = text.replace('"pool_type": "max"', '"pool_type": "avg"');
    expect(() => readSymbol(strange, PHOTOGRAPH)).toThrow(/node 15 should be Pooling "pooling0".*max.*but is.*avg/u);
    const rewired = text.replace('"inputs": [[13, 0, 0]]', '"inputs": [[8, 0, 0]]');
    expect(() => readSymbol(rewired, PHOTOGRAPH)).toThrow(/node 14 should be Activation "relu0"/u);
    const tail = '"name": "softmax", \n      "inputs": [[';
    const longer = text.replace(/\{[^{}]*"op": "SoftmaxOutput"[^{}]*\}/u, (head) => `${head},${head}`);
    expect(text).toContain(tail);
    expect(() => readSymbol(longer, PHOTOGRAPH)).toThrow("one too many");
  });

  it("says when a text is no graph of this algorithm at all", () => {
    expect(() => readSymbol("{", PHOTOGRAPH)).toThrow("not JSON");
    expect(() => readSymbol("[]", PHOTOGRAPH)).toThrow('it has no list "nodes"');
    expect(() => readSymbol('{"nodes": [{"op": "null"}]}', PHOTOGRAPH)).toThrow("node 0 lacks");
    expect(() => readSymbol('{"nodes": []}', PHOTOGRAPH)).toThrow('the graph has no node "fc" with "num_hidden"');
  });
});
