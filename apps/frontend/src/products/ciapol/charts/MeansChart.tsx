import { memo } from "react";
import {
  Area,
  CartesianGrid,
  ComposedChart,
  type DotItemDotProps,
  ReferenceArea,
  Tooltip,
  XAxis,
  YAxis,
} from "recharts";
import type { Pollutant } from "../api/schemas";
import { bandsUpTo } from "../aqi/bands";
import { CATEGORY_FACTS } from "../aqi/categories";
import { type ForecastCells, isPredicted } from "../forecast/forecast";
import { useI18n } from "../texts";
import { CHART_HEIGHT, CHART_MARGIN, tickText, X_AXIS_HEIGHT, Y_AXIS_WIDTH } from "./axis";
import { useForecastLayers } from "./ForecastLayers";
import { axisTicks } from "./hours";
import { valueTicks } from "./scale";
import { useWidth } from "./useWidth";

/** One hour: its start in ms since the epoch and its mean in µg/m³, null if nothing was measured. */
export type MeansSlot = { hour: number; value: number | null };

const LABEL_ROOM = 18;

type Row = MeansSlot & ForecastCells;
type Props = {
  rows: readonly Row[];
  pollutant: Pollutant;
  /** °C that µg/m³ of gases refer to. */
  reference: number;
  zone: string;
  now: number;
  label: string;
};

function lonePoint(slots: readonly Row[]) {
  return ({ index, cx, cy }: DotItemDotProps) => {
    const alone = (slots[index - 1]?.value ?? null) === null && (slots[index + 1]?.value ?? null) === null;
    const drawn = alone && slots[index]?.value !== null && cx !== undefined && cy !== undefined;
    return drawn ? <circle key={index} className="means-dot" cx={cx} cy={cy} r={2.5} /> : <g key={index} />;
  };
}

/** Hourly means as a line over the EPA's colour bands, then the forecast; hours without a measurement leave a gap. */
export const MeansChart = memo(function MeansChart({ rows, pollutant, reference, zone, now, label }: Props) {
  const { t, format } = useI18n();
  const [element, width] = useWidth(640);
  const ticks = valueTicks(
    Math.max(...rows.map(({ value, range }) => Math.max(value ?? 0, range?.[1] ?? 0))),
  );
  const top = ticks.at(-1) ?? 1;
  const plotHeight = CHART_HEIGHT - X_AXIS_HEIGHT - CHART_MARGIN.top;
  const hours = rows.map(({ hour }) => hour);
  const forecast = useForecastLayers(rows, (width - Y_AXIS_WIDTH) / rows.length);

  return (
    <div className="chart-canvas" ref={element}>
      <ComposedChart
        width={width}
        height={CHART_HEIGHT}
        data={[...rows]}
        margin={CHART_MARGIN}
        title={label}
        accessibilityLayer
      >
        {bandsUpTo(pollutant, top, reference).map(({ category, low, high }) => (
          <ReferenceArea
            key={category}
            className="band"
            y1={low}
            y2={high}
            fill={CATEGORY_FACTS[category].color}
            stroke="none"
            label={
              ((high - low) / top) * plotHeight >= LABEL_ROOM
                ? {
                    value: t(`category.short.${category}`),
                    position: forecast.length > 0 ? "insideTopLeft" : "insideTopRight",
                    className: "band-label",
                  }
                : ""
            }
          />
        ))}
        <CartesianGrid vertical={false} />
        {forecast}
        <XAxis
          dataKey="hour"
          ticks={axisTicks(hours, zone, width - Y_AXIS_WIDTH)}
          tickFormatter={(hour: number) => tickText(hour, zone, hours.length, format)}
          interval={0}
          height={X_AXIS_HEIGHT}
          tickMargin={6}
        />
        <YAxis
          domain={[0, top]}
          ticks={ticks}
          width={Y_AXIS_WIDTH}
          tickFormatter={format.number}
          axisLine={false}
          tickLine={false}
        />
        <Tooltip
          isAnimationActive={false}
          filterNull={false}
          content={({ active, label: hour }) => {
            const row = active ? rows.find((candidate) => candidate.hour === hour) : undefined;
            if (row === undefined) return null;
            const value = isPredicted(row) ? row.predicted : row.value;
            return (
              <div className="tooltip">
                <p>{format.full(row.hour, zone, now)}</p>
                {isPredicted(row) && <p>{t("forecast.label")}</p>}
                <strong>
                  {value === null
                    ? t("chart.no_value")
                    : `${format.number(value)} ${t("unit.concentration")}`}
                </strong>
                {isPredicted(row) && row.range !== null && (
                  <p>
                    {t("forecast.between", {
                      low: format.number(row.range[0]),
                      high: format.number(row.range[1]),
                    })}
                  </p>
                )}
              </div>
            );
          }}
        />
        <Area
          className="means"
          dataKey="value"
          type="linear"
          connectNulls={false}
          isAnimationActive={false}
          dot={lonePoint(rows)}
          activeDot={{ r: 4 }}
        />
      </ComposedChart>
    </div>
  );
});
