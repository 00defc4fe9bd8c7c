import type { ReactNode } from "react";
import { useI18n } from "../i18n/texts";
import { Empty } from "./Empty";

export type Column<R> = {
  header: ReactNode;
  /** The cell of a row; null and undefined are shown as a dash. */
  cell: (row: R) => ReactNode;
  /** Aligns the cells at their end, as numbers are. */
  numeric?: boolean;
};

type Props<R> = {
  /** Description of the table for screen readers. */
  label: string;
  columns: readonly Column<R>[];
  rows: readonly R[];
  rowKey: (row: R) => string;
  /** `data-testid` of each row. */
  testId?: string;
};

/** Rows as a table; the first column names the row. It scrolls inside its frame if it is wider than the page. */
export function DataTable<R>({ label, columns, rows, rowKey, testId }: Props<R>) {
  const { t } = useI18n();
  if (rows.length === 0) return <Empty title={t("data.empty")} testId="no-rows" />;
  return (
    // Focusable, because a region that scrolls must be reachable by the keyboard.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: WCAG 2.1.1 for a scrolling region
    <section className="table-scroll" tabIndex={0} aria-label={label}>
      <table>
        <thead>
          <tr>
            {columns.map(({ header, numeric }, position) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: columns have no identity except their index
              <th key={position} scope="col" className={numeric ? "numeric" : undefined}>
                {header}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={rowKey(row)} data-testid={testId}>
              {columns.map(({ cell, numeric }, position) => {
                const Cell = position === 0 ? "th" : "td";
                return (
                  <Cell
                    // biome-ignore lint/suspicious/noArrayIndexKey: columns have no identity except their index
                    key={position}
                    scope={position === 0 ? "row" : undefined}
                    className={numeric ? "numeric" : undefined}
                  >
                    {cell(row) ?? t("data.missing")}
                  </Cell>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
