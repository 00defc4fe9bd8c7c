import { describe, expect, it } from "vitest";
import { blocks } from "./markdown";

describe("blocks of a report", () => {
  it("are headings, paragraphs and tables with their text", () => {
    const report =
      "# Rapport du 2026-01-31\n\nDeux lignes\nensemble.\n\n## Table\n\n| a | b |\n|---|---|\n| x\\|y | 1,5 |\n";
    expect(blocks(report)).toEqual([
      { kind: "heading", level: 1, text: "Rapport du 2026-01-31" },
      { kind: "paragraph", text: "Deux lignes ensemble." },
      { kind: "heading", level: 2, text: "Table" },
      { kind: "table", head: ["a", "b"], rows: [["x|y", "1,5"]] },
    ]);
  });

  it("keep markup of names as text", () => {
    expect(blocks("\\<b\\>\\*x\\*")).toEqual([{ kind: "paragraph", text: "<b>*x*" }]);
    expect(blocks("")).toEqual([]);
  });
});
