import { useI18n } from "../texts";

/** One hour; `predicted` if its values are a forecast. */
type Row = { hour: number; predicted: boolean; cells: readonly string[] };
type Props = { zone: string; now: number; columns: readonly string[]; rows: readonly Row[] };

/** The values of a chart as a table, newest first, for people who cannot see the chart or need the numbers. */
export function ValueTable({ zone, now, columns, rows }: Props) {
  const { t, format } = useI18n();
  const newestFirst = [...rows].reverse();
  return (
    // Focusable, because a region that scrolls must be reachable by the keyboard.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: WCAG 2.1.1 for a scrolling region
    <section className="table-scroll" tabIndex={0} aria-label={t("chart.table")}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t("chart.time")}</th>
            {columns.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {newestFirst.map(({ hour, predicted, cells }) => (
            <tr key={hour} className={predicted ? "row-predicted" : undefined}>
              <th scope="row">
                {format.full(hour, zone, now)}
                {predicted && <span className="mark">{t("forecast.row")}</span>}
              </th>
              {columns.map((column, position) => (
                <td key={column}>{cells[position]}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
