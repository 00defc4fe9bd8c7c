export type Block =
  | { kind: "heading"; level: number; text: string }
  | { kind: "paragraph"; text: string }
  | { kind: "table"; head: string[]; rows: string[][] };

const plain = (text: string): string => text.replace(/\\([\\`*_[\]<>|])/g, "$1").trim();

/** The cells of a line of a table; an escaped `|` is part of its cell. */
const cells = (line: string): string[] =>
  line
    .replace(/^\||\|$/g, "")
    .split(/(?<!\\)\|/)
    .map(plain);

/** The parts of a report of the pipeline: headings, paragraphs and tables. They are rendered as text, never as HTML. */
export function blocks(markdown: string): Block[] {
  const found: Block[] = [];
  for (const part of markdown.split(/\n{2,}/)) {
    const lines = part.split("\n").filter((line) => line.trim() !== "");
    const [first = "", second = ""] = lines;
    const heading = /^(#+) (.*)$/.exec(first);
    if (heading !== null) {
      found.push({ kind: "heading", level: heading[1]?.length ?? 1, text: plain(heading[2] ?? "") });
    } else if (first.startsWith("|") && /^\|[-|]+\|$/.test(second)) {
      found.push({ kind: "table", head: cells(first), rows: lines.slice(2).map(cells) });
    } else if (first !== "") {
      found.push({ kind: "paragraph", text: plain(lines.join(" ")) });
    }
  }
  return found;
}
