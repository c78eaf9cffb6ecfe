import { describe, expect, it } from "vitest";
import { pythonFloat, pythonJsonString } from "../../../src/local/engines/python-text.js";

describe("pythonFloat", () => {
  it.each([
    [0.8144211173057556, "0.8144211173057556"],
    [1.0000100135803223, "1.0000100135803223"],
    [1, "1.0"],
    [0, "0.0"],
    [0.0001, "0.0001"],
    [9.999999747378752e-6, "9.999999747378752e-06"],
    [1e-12, "1e-12"],
    [2.5e20, "2.5e+20"],
  ])("writes %d as Python does", (value, text) => {
    expect(pythonFloat(value)).toBe(text);
    expect(Number(text)).toBe(value);
  });
});

describe("pythonJsonString", () => {
  it("escapes everything beyond ASCII, pair by pair beyond 16 bits", () => {
    expect(pythonJsonString('a"\n\u007fé日😀')).toBe('"a\\"\\n\\u007f\\u00e9\\u65e5\\ud83d\\ude00"');
  });

  it("can be read back as JSON", () => {
    const text = 'quote " slash \\ tab \t é \ud83d\ude00 \u2028';
    expect(JSON.parse(pythonJsonString(text))).toBe(text);
  });
});
