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
import { useI18n } from "../i18n/context";
import { axisTicks } from "../time/zone";
import { CHART_HEIGHT, CHART_MARGIN, tickText, X_AXIS_HEIGHT, Y_AXIS_WIDTH } from "./axis";
import { valueTicks } from "./scale";
import { useWidth } from "./useWidth";

/** One hour: its start in ms since the epoch and its mean in µg/m³, null where nothing was measured. */
export type MeansSlot = { hour: number; value: number | null };

const LABEL_ROOM = 18;

type Props = { slots: readonly MeansSlot[]; pollutant: Pollutant; zone: string; label: string };

function lonePoint(slots: readonly MeansSlot[]) {
  return ({ index, cx, cy }: DotItemDotProps) => {
    const alone = (slots[index - 1]?.value ?? null) === null && (slots[index + 1]?.value ?? null) === null;
    const drawn = alone && slots[index]?.value !== null && cx !== undefined && cy !== undefined;
    return drawn ? <circle key={index} className="means-dot" cx={cx} cy={cy} r={2.5} /> : <g key={index} />;
  };
}

/** Hourly means as a line over the EPA's colour bands; hours without a measurement leave a gap. */
export const MeansChart = memo(function MeansChart({ slots, pollutant, zone, label }: Props) {
  const { t, format } = useI18n();
  const [element, width] = useWidth(640);
  const ticks = valueTicks(Math.max(...slots.map(({ value }) => value ?? 0)));
  const top = ticks.at(-1) ?? 1;
  const plotHeight = CHART_HEIGHT - X_AXIS_HEIGHT - CHART_MARGIN.top;
  const hours = slots.map(({ hour }) => hour);

  return (
    <div className="chart-canvas" ref={element}>
      <ComposedChart
        width={width}
        height={CHART_HEIGHT}
        data={[...slots]}
        margin={CHART_MARGIN}
        title={label}
        accessibilityLayer
      >
        {bandsUpTo(pollutant, top).map(({ category, low, high }) => (
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
                    position: "insideTopRight",
                    className: "band-label",
                  }
                : ""
            }
          />
        ))}
        <CartesianGrid vertical={false} />
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
            const slot = active ? slots.find((candidate) => candidate.hour === hour) : undefined;
            if (slot === undefined) return null;
            return (
              <div className="tooltip">
                <p>{format.full(slot.hour, zone)}</p>
                <strong>
                  {slot.value === null
                    ? t("chart.no_value")
                    : `${format.number(slot.value)} ${t("unit.concentration")}`}
                </strong>
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
          dot={lonePoint(slots)}
          activeDot={{ r: 4 }}
        />
      </ComposedChart>
    </div>
  );
});
