import { DataTable } from "../../../components/DataTable";
import { useI18n } from "../texts";
import { blocks } from "./markdown";

/** A report of the pipeline. The report's own title is omitted, because the panel has a title. */
export function Report({ markdown }: { markdown: string }) {
  const { t } = useI18n();
  let title = "";
  return (
    <div className="lion-report" data-testid="report">
      {blocks(markdown).map((block, position) => {
        const key = `${position} ${block.kind}`;
        if (block.kind === "heading") {
          title = block.text;
          return block.level === 1 ? (
            <p key={key}>
              <strong>{block.text}</strong>
            </p>
          ) : (
            <h3 key={key}>{block.text}</h3>
          );
        }
        if (block.kind === "paragraph") return <p key={key}>{block.text}</p>;
        return (
          <DataTable
            key={key}
            label={t("rows", { title })}
            rows={block.rows}
            rowKey={(row) => row.join(" ")}
            columns={block.head.map((header, column) => ({
              header,
              cell: (row: string[]) => row[column],
              numeric: column > 0 && block.rows.every((row) => /^[-\d., ]*$/.test(row[column] ?? "")),
            }))}
          />
        );
      })}
    </div>
  );
}
