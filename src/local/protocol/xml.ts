/** What can be rendered as the content of an XML element; arrays repeat the element, undefined leaves it out. */
export type XmlContent =
  | string
  | number
  | boolean
  | undefined
  | readonly XmlContent[]
  | { readonly [name: string]: XmlContent };

/** Renders a document with one root element. */
export function renderXml(name: string, content: XmlContent, namespace?: string): string {
  const attribute = namespace === undefined ? "" : ` xmlns="${escapeXml(namespace)}"`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${name}${attribute}>${contentXml(content)}</${name}>`;
}

function elementXml(name: string, content: XmlContent): string {
  if (content === undefined) return "";
  if (isList(content)) return content.map((item) => elementXml(name, item)).join("");
  return `<${name}>${contentXml(content)}</${name}>`;
}

function contentXml(content: XmlContent): string {
  if (content === undefined) return "";
  if (isList(content)) return content.map(contentXml).join("");
  if (typeof content === "object") {
    return Object.entries(content)
      .map(([name, value]) => elementXml(name, value))
      .join("");
  }
  return escapeXml(String(content));
}

function isList(content: XmlContent): content is readonly XmlContent[] {
  return Array.isArray(content);
}

/** Text with everything replaced that would end or change it; control characters as S3 writes them. */
export function escapeXml(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must be escaped
  return text.replace(/[&<>"'\u0000-\u001f\u007f\ufffe\uffff]/gu, (character) => {
    const named = NAMED[character];
    return named ?? `&#x${character.charCodeAt(0).toString(16)};`;
  });
}

const NAMED: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};
const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/** A parsed element. Attributes and namespaces are read over. */
export interface XmlElement {
  /** Without a namespace prefix. */
  readonly name: string;
  readonly children: readonly XmlElement[];
  /** All text directly inside. */
  readonly text: string;
}

/** The text is not XML of the kind that requests carry. */
export class XmlSyntaxError extends Error {
  constructor(problem: string, position: number) {
    super(`${problem} at position ${position}`);
    this.name = "XmlSyntaxError";
  }
}

const MAX_DEPTH = 32;
const NAME = /[A-Za-z_][\w.-]*(?::[A-Za-z_][\w.-]*)?/uy;

/**
 * Parses a request body. Document types and entities beyond the five of XML itself are refused, so a request can neither
 * reach files nor grow.
 *
 * @throws XmlSyntaxError
 */
export function parseXml(text: string): XmlElement {
  return new XmlScanner(text).document();
}

class XmlScanner {
  readonly #text: string;
  #position = 0;

  constructor(text: string) {
    this.#text = text.startsWith("\ufeff") ? text.slice(1) : text;
  }

  document(): XmlElement {
    this.#skipBetween();
    const root = this.#element(0);
    this.#skipBetween();
    if (this.#position < this.#text.length) this.#fail("unexpected content after the root element");
    return root;
  }

  #element(depth: number): XmlElement {
    if (depth > MAX_DEPTH) this.#fail("elements are nested too deeply");
    this.#expect("<");
    const fullName = this.#name();
    const name = fullName.slice(fullName.indexOf(":") + 1);
    if (this.#attributes()) return { name, children: [], text: "" };
    const children: XmlElement[] = [];
    let text = "";
    for (;;) {
      const next = this.#text.indexOf("<", this.#position);
      if (next === -1) this.#fail(`the element "${name}" is not closed`);
      text += this.#unescaped(this.#text.slice(this.#position, next));
      this.#position = next;
      if (this.#text.startsWith("</", next)) {
        this.#position += 2;
        if (this.#name() !== fullName) this.#fail(`the element "${name}" is closed by another name`);
        this.#skipBlanks();
        this.#expect(">");
        return { name, children, text };
      }
      if (this.#text.startsWith("<![CDATA[", next)) {
        text += this.#upTo("]]>", "<![CDATA[".length);
      } else if (this.#text.startsWith("<!--", next)) {
        this.#upTo("-->", 4);
      } else if (this.#text.startsWith("<?", next)) {
        this.#upTo("?>", 2);
      } else {
        children.push(this.#element(depth + 1));
      }
    }
  }

  /** Reads over attributes to the end of the tag; true when the tag closes itself. */
  #attributes(): boolean {
    for (;;) {
      this.#skipBlanks();
      if (this.#text.startsWith("/>", this.#position)) {
        this.#position += 2;
        return true;
      }
      if (this.#text[this.#position] === ">") {
        this.#position++;
        return false;
      }
      this.#name();
      this.#skipBlanks();
      this.#expect("=");
      this.#skipBlanks();
      const quote = this.#text[this.#position];
      if (quote !== '"' && quote !== "'") this.#fail("an attribute value is not quoted");
      if (this.#upTo(quote, 1).includes("<")) this.#fail('an attribute value holds "<"');
    }
  }

  /** Blanks, comments and processing instructions outside the root element. */
  #skipBetween(): void {
    for (;;) {
      this.#skipBlanks();
      if (this.#text.startsWith("<?", this.#position)) this.#upTo("?>", 2);
      else if (this.#text.startsWith("<!--", this.#position)) this.#upTo("-->", 4);
      else if (this.#text.startsWith("<!", this.#position)) this.#fail("document type declarations are not allowed");
      else return;
    }
  }

  #skipBlanks(): void {
    while (/[ \t\r\n]/u.test(this.#text[this.#position] ?? "")) this.#position++;
  }

  #name(): string {
    NAME.lastIndex = this.#position;
    const match = NAME.exec(this.#text);
    if (!match) this.#fail("expected a name");
    this.#position += match[0].length;
    return match[0];
  }

  #expect(token: string): void {
    if (!this.#text.startsWith(token, this.#position)) this.#fail(`expected "${token}"`);
    this.#position += token.length;
  }

  /** Content up to an end mark; moves past the mark. */
  #upTo(end: string, skip: number): string {
    const start = this.#position + skip;
    const stop = this.#text.indexOf(end, start);
    if (stop === -1) this.#fail(`expected "${end}"`);
    this.#position = stop + end.length;
    return this.#text.slice(start, stop);
  }

  #unescaped(text: string): string {
    if (!text.includes("&")) return text;
    return text.replace(/&([^;&]{0,12})(;?)/gu, (_, entity: string, end: string) => {
      const named = ENTITIES[entity];
      if (named !== undefined && end) return named;
      const code = /^#(?:x([0-9a-f]{1,6})|(\d{1,7}))$/iu.exec(entity);
      const point = code ? Number.parseInt(code[1] ?? code[2] ?? "", code[1] ? 16 : 10) : Number.NaN;
      if (!end || !(point <= 0x10ffff) || (point >= 0xd800 && point <= 0xdfff))
        this.#fail(`unknown entity "&${entity}"`);
      return String.fromCodePoint(point);
    });
  }

  #fail(problem: string): never {
    throw new XmlSyntaxError(problem, this.#position);
  }
}

/** Text of the first child with a name; undefined when there is none. */
export function childText(element: XmlElement, name: string): string | undefined {
  return element.children.find((child) => child.name === name)?.text;
}
