import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { encodePng } from "../../src/formats/index.js";
import { type ImageReportItem, imageReport } from "../../src/plots/index.js";
import { issuesOf } from "./support.js";

const png = await encodePng({ width: 2, height: 1, channels: 1, data: Uint8Array.of(0, 255) });
const jpeg = await readFile(new URL("../fixtures/images/grey.jpg", import.meta.url));
const evil = '"><script>alert(1)</script>';

describe("imageReport", () => {
  it("holds the images and says what the model says of them", () => {
    const page = imageReport({
      title: "Digits",
      topK: 2,
      items: [
        {
          image: png,
          caption: "1.png",
          label: "FIVE",
          probabilities: { ONE: 0.1, FIVE: 0.85, SIX: 0.05 },
          truth: "FIVE",
        },
        { image: jpeg, label: "SEVEN", probabilities: [{ label: "SEVEN", probability: 0.6 }], truth: "FIVE" },
        { image: png, label: "ONE" },
      ],
    });

    expect(page).toContain(`src="data:image/png;base64,${Buffer.from(png).toString("base64")}" alt="1.png"`);
    expect(page).toContain(`src="data:image/jpeg;base64,${jpeg.toString("base64")}" alt="SEVEN"`);
    expect(page).toContain("3 images; 1 of 2 with a known label right, 50.0 %");
    expect(page.indexOf("FIVE 85.0 %")).toBeLessThan(page.indexOf("ONE 10.0 %"));
    expect(page).not.toContain("SIX");
    expect(page.match(/<figure class="wrong">/gu)).toHaveLength(1);
    expect(page).toContain("wrong, it is FIVE");
  });

  it("escapes every text", () => {
    const item: ImageReportItem = {
      image: png,
      caption: evil,
      label: evil,
      probabilities: { [evil]: 1 },
      truth: `${evil}!`,
    };
    const page = imageReport({ title: evil, items: [item] });

    expect(page).not.toContain("<script");
    expect(page).not.toContain('"><s');
    expect(page.match(/&#60;script/gu)).toHaveLength(7);
    expect(page).toContain("default-src 'none'; img-src data:");
  });

  it("refuses other images, shares above 1 and unknown keys, by their place", () => {
    const items = [
      { image: png, label: "a" },
      { image: new TextEncoder().encode("GIF89a----------"), label: "a", probabilities: { a: 85 } },
      { image: png, labels: "a" },
    ] as unknown as ImageReportItem[];

    expect(issuesOf(() => imageReport({ title: "t", items }))).toEqual([
      "items[1].image must be the bytes of a PNG or JPEG file, not gif",
      'items[1].probabilities must be labels with probabilities of 0 to 1, got {"label":"a","probability":85}',
      'unknown option "labels" of items[2]; did you mean "label"?',
      "items[2].label must be a text, got undefined",
    ]);
    expect(issuesOf(() => imageReport({ title: "t" } as never))).toEqual(["items must be a list, got undefined"]);
  });
});
