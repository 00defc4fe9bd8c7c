import { memo } from "react";
import { Bar, CartesianGrid, ComposedChart, Line, Tooltip, XAxis, YAxis } from "recharts";
import type { Category, Pollutant, Reason } from "../api/schemas";
import { CATEGORY_FACTS } from "../aqi/categories";
import { type ForecastCells, isPredicted } from "../forecast/forecast";
import { useI18n } from "../texts";
import { CHART_HEIGHT, CHART_MARGIN, tickText, X_AXIS_HEIGHT, Y_AXIS_WIDTH } from "./axis";
import { useForecastLayers } from "./ForecastLayers";
import { axisTicks } from "./hours";
import { indexTicks } from "./scale";
import { useWidth } from "./useWidth";

/** The index of an hour; null if it could not be computed. */
export type AqiSlot = {
  hour: number;
  aqi: number | null;
  category: Category | null;
  dominant: Pollutant | null;
  /** The reason why there is no index. */
  reason: Reason | null;
};

/** Width in CSS pixels below which bars have no gap between them, because a gap would make their colour paler. */
const MIN_SPACED_BAR = 5;

type Row = AqiSlot & ForecastCells;
type Props = { rows: readonly Row[]; zone: string; now: number; label: string };

/** The index hour by hour as bars in the official colours under an outline, then the forecast as a dashed line. */
export const AqiChart = memo(function AqiChart({ rows, zone, now, label }: Props) {
  const { t, format } = useI18n();
  const [element, width] = useWidth(640);
  const ticks = indexTicks(Math.max(...rows.map(({ aqi, range }) => Math.max(aqi ?? 0, range?.[1] ?? 0))));
  const hours = rows.map(({ hour }) => hour);
  const forecast = useForecastLayers(rows, (width - Y_AXIS_WIDTH) / rows.length);
  const bars = rows.map((row) => ({
    ...row,
    fill: row.category === null ? "none" : CATEGORY_FACTS[row.category].color,
  }));

  return (
    <div className="chart-canvas" ref={element}>
      <ComposedChart
        width={width}
        height={CHART_HEIGHT}
        data={bars}
        margin={CHART_MARGIN}
        barCategoryGap={width / rows.length < MIN_SPACED_BAR ? 0 : "12%"}
        title={label}
        accessibilityLayer
      >
        <CartesianGrid vertical={false} />
        <XAxis
          dataKey="hour"
          ticks={axisTicks(hours, zone, width - Y_AXIS_WIDTH)}
          tickFormatter={(hour: number) => tickText(hour, zone, hours.length, format)}
          interval={0}
          height={X_AXIS_HEIGHT}
          tickMargin={6}
          padding="no-gap"
        />
        <YAxis
          domain={[0, ticks.at(-1) ?? 100]}
          ticks={ticks}
          width={Y_AXIS_WIDTH}
          interval={0}
          axisLine={false}
          tickLine={false}
        />
        <Tooltip
          isAnimationActive={false}
          filterNull={false}
          content={({ active, label: hour }) => {
            const row = active ? rows.find((candidate) => candidate.hour === hour) : undefined;
            if (row === undefined) return null;
            const predicted = isPredicted(row);
            const index = predicted ? row.predicted : row.aqi;
            const category = predicted ? row.predictedCategory : row.category;
            const dominant = predicted ? row.predictedDominant : row.dominant;
            return (
              <div className="tooltip">
                <p>{format.full(row.hour, zone, now)}</p>
                {predicted && <p>{t("forecast.label")}</p>}
                <strong>
                  {index === null ? t("chart.no_index") : t("aqi.of", { aqi: format.integer(index) })}
                </strong>
                {predicted && row.range !== null && (
                  <p>
                    {t("forecast.between", {
                      low: format.integer(row.range[0]),
                      high: format.integer(row.range[1]),
                    })}
                  </p>
                )}
                {category !== null && <p>{t(`category.${category}`)}</p>}
                {row.reason !== null && <p>{t(`reason.${row.reason}`)}</p>}
                {dominant !== null && <p>{t("chart.dominant", { pollutant: t(`pollutant.${dominant}`) })}</p>}
              </div>
            );
          }}
        />
        <Bar className="aqi-bars" dataKey="aqi" isAnimationActive={false} />
        <Line
          className="aqi-outline"
          dataKey="aqi"
          type="step"
          dot={false}
          activeDot={false}
          connectNulls={false}
          isAnimationActive={false}
        />
        {forecast}
      </ComposedChart>
    </div>
  );
});
