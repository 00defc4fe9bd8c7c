import { memo } from "react";
import { Bar, CartesianGrid, ComposedChart, Line, Tooltip, XAxis, YAxis } from "recharts";
import type { Category, Pollutant } from "../api/schemas";
import { CATEGORY_FACTS } from "../aqi/categories";
import { useI18n } from "../i18n/context";
import { axisTicks } from "../time/zone";
import { CHART_HEIGHT, CHART_MARGIN, tickText, X_AXIS_HEIGHT, Y_AXIS_WIDTH } from "./axis";
import { indexTicks } from "./scale";
import { useWidth } from "./useWidth";

/** One hour's index; null where it could not be computed. */
export type AqiSlot = {
  hour: number;
  aqi: number | null;
  category: Category | null;
  dominant: Pollutant | null;
};

/** Narrower bars, in CSS pixels, stand without a gap: it would pale their colour. */
const MIN_SPACED_BAR = 5;

type Props = { slots: readonly AqiSlot[]; zone: string; label: string };

/** The index hour by hour as bars in the official colours, under an outline that does not depend on colour. */
export const AqiChart = memo(function AqiChart({ slots, zone, label }: Props) {
  const { t, format } = useI18n();
  const [element, width] = useWidth(640);
  const ticks = indexTicks(Math.max(...slots.map(({ aqi }) => aqi ?? 0)));
  const hours = slots.map(({ hour }) => hour);
  const bars = slots.map((slot) => ({
    ...slot,
    fill: slot.category === null ? "none" : CATEGORY_FACTS[slot.category].color,
  }));

  return (
    <div className="chart-canvas" ref={element}>
      <ComposedChart
        width={width}
        height={CHART_HEIGHT}
        data={bars}
        margin={CHART_MARGIN}
        barCategoryGap={width / slots.length < MIN_SPACED_BAR ? 0 : "12%"}
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
            const slot = active ? slots.find((candidate) => candidate.hour === hour) : undefined;
            if (slot === undefined) return null;
            return (
              <div className="tooltip">
                <p>{format.full(slot.hour, zone)}</p>
                <strong>
                  {slot.aqi === null ? t("chart.no_index") : t("aqi.of", { aqi: format.integer(slot.aqi) })}
                </strong>
                {slot.category !== null && <p>{t(`category.${slot.category}`)}</p>}
                {slot.dominant !== null && (
                  <p>{t("chart.dominant", { pollutant: t(`pollutant.${slot.dominant}`) })}</p>
                )}
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
      </ComposedChart>
    </div>
  );
});
