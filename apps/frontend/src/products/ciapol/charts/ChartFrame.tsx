import { type ReactNode, useState } from "react";
import { useI18n } from "../texts";

type Props = {
  title: ReactNode;
  notes: readonly string[];
  /** Name of the chart for tests: "means" or "aqi". */
  name: string;
  /** Number of hours with a value. */
  points: number;
  /** Number of hours in the period. */
  hours: number;
  /** Predicted hours, which are drawn after the measured ones. */
  forecastHours: number;
  legend: ReactNode;
  children: ReactNode;
  table: () => ReactNode;
};

/** A chart with its title, a summary in a sentence, and its values as a table on demand. */
export function ChartFrame({
  title,
  notes,
  name,
  points,
  hours,
  forecastHours,
  legend,
  children,
  table,
}: Props) {
  const { t } = useI18n();
  const [open, setOpen] = useState(false);
  return (
    <figure
      className="chart"
      data-chart={name}
      data-chart-points={points}
      data-chart-hours={hours}
      data-chart-forecast={forecastHours}
    >
      <figcaption>
        <h3>{title}</h3>
        <p>{notes.join(" ")}</p>
      </figcaption>
      {children}
      {legend}
      {(points > 0 || forecastHours > 0) && (
        <details className="chart-table" onToggle={(event) => setOpen(event.currentTarget.open)}>
          <summary>{t("chart.table")}</summary>
          {open && table()}
        </details>
      )}
    </figure>
  );
}
