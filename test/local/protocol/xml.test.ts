import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { childText, parseXml, renderXml, XmlSyntaxError } from "../../../src/local/protocol/xml.js";

describe("renderXml", () => {
  it("repeats elements for arrays and leaves out what is undefined", () => {
    const document = renderXml(
      "List",
      { Key: ["a", "b"], None: undefined, Empty: "", Inner: { N: 1, B: true } },
      "urn:x",
    );
    expect(document).toBe(
      '<?xml version="1.0" encoding="UTF-8"?>\n' +
        '<List xmlns="urn:x"><Key>a</Key><Key>b</Key><Empty></Empty><Inner><N>1</N><B>true</B></Inner></List>',
    );
  });

  it("escapes markup and control characters", () => {
    expect(renderXml("A", "<&>\"'\n\u0007")).toContain("<A>&lt;&amp;&gt;&quot;&apos;&#xa;&#x7;</A>");
  });
});

describe("parseXml", () => {
  it("reads back what renderXml wrote", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        expect(childText(parseXml(renderXml("Root", { Key: text })), "Key")).toBe(text);
      }),
    );
  });

  it("reads declarations, prefixes, attributes, comments, character data and references over", () => {
    const root = parseXml(
      '\ufeff<?xml version="1.0"?><!-- c --><ns:Root xmlns:ns="urn:x" a=\'1\'>\n <Key >a&#x41;&#66;&lt;</Key >' +
        "<Data><![CDATA[<raw>&amp;]]></Data><!-- <Key>no</Key> --><Empty/></ns:Root>\n",
    );
    expect(root.name).toBe("Root");
    expect(root.children.map(({ name, text }) => [name, text])).toEqual([
      ["Key", "aAB<"],
      ["Data", "<raw>&amp;"],
      ["Empty", ""],
    ]);
  });

  it.each([
    ['<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><r>&x;</r>', "document type declarations are not allowed"],
    ["<r>&x;</r>", 'unknown entity "&x"'],
    ["<r>& </r>", "unknown entity"],
    ["<r>&#x110000;</r>", "unknown entity"],
    ["<r><a></r>", "closed by another name"],
    ["<r>", "is not closed"],
    ["<r/><r/>", "unexpected content after the root element"],
    ["text", 'expected "<"'],
    ["<r a=1/>", "not quoted"],
    ["<r>".repeat(50), "nested too deeply"],
    ["", 'expected "<"'],
  ])("refuses %s", (text, problem) => {
    expect(() => parseXml(text)).toThrow(XmlSyntaxError);
    expect(() => parseXml(text)).toThrow(problem);
  });

  it("never fails with anything else, whatever it is given", () => {
    const piece = fc.constantFrom("<", ">", "/", "a", "b", " ", "=", '"', "&", ";", "#", "x", "!", "-", "[", "]", "?");
    fc.assert(
      fc.property(fc.string({ unit: piece, maxLength: 40 }), (text) => {
        try {
          parseXml(text);
        } catch (error) {
          expect(error).toBeInstanceOf(XmlSyntaxError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
