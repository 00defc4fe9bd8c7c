import { type ReactElement, useId } from "react";
import { Area, type DotItemDotProps, Line, ReferenceArea } from "recharts";
import { CATEGORY_FACTS } from "../aqi/categories";
import { type ForecastCells, isPredicted } from "../forecast/forecast";
import { useI18n } from "../texts";

/** Width in CSS pixels below which the zone has no room for its label; the legend contains it too. */
const WORD_ROOM = 90;
/** Width of an hour in CSS pixels below which it has no dot. */
const DOT_ROOM = 5;

type Row = { hour: number } & ForecastCells;

function dots(rows: readonly Row[], hourWidth: number) {
  const radius = Math.min(4, hourWidth / 2.6);
  return ({ index, cx, cy }: DotItemDotProps) => {
    const row = rows[index];
    const drawn = hourWidth >= DOT_ROOM && row !== undefined && isPredicted(row);
    if (!drawn || cx === undefined || cy === undefined) return <g key={index} />;
    const category = row.predictedCategory;
    const fill = category === null ? undefined : CATEGORY_FACTS[category].color;
    return <circle key={index} className="forecast-dot" cx={cx} cy={cy} r={radius} fill={fill} />;
  };
}

/**
 * The layers of a forecast in both charts: its zone, the interval as a hatched band, the value as a dashed line.
 *
 * `hourWidth` is the width of one hour in CSS pixels.
 */
export function useForecastLayers(rows: readonly Row[], hourWidth: number): ReactElement[] {
  const { t } = useI18n();
  const hatch = `hatch${useId().replace(/\W/g, "")}`;
  const predicted = rows.filter(isPredicted);
  const first = predicted[0];
  const last = predicted.at(-1);
  if (first === undefined || last === undefined) return [];
  const wide = hourWidth * predicted.length >= WORD_ROOM;
  return [
    <defs key="hatch">
      <pattern id={hatch} className="hatch" width="6" height="6" patternUnits="userSpaceOnUse">
        <path d="M-1 1 1 -1M0 6 6 0M5 7 7 5" />
      </pattern>
    </defs>,
    <ReferenceArea
      key="zone"
      className="forecast-zone"
      x1={first.hour}
      x2={last.hour}
      stroke="none"
      label={
        wide
          ? { value: t("forecast.label"), position: "insideTopLeft", className: "forecast-zone-label" }
          : ""
      }
    />,
    <Area
      key="range"
      className="forecast-range"
      dataKey="range"
      type="linear"
      stroke="none"
      fill={`url(#${hatch})`}
      fillOpacity={1}
      connectNulls
      dot={false}
      activeDot={false}
      isAnimationActive={false}
    />,
    <Line
      key="value"
      className="forecast-line"
      dataKey="predicted"
      type="linear"
      connectNulls
      dot={dots(rows, hourWidth)}
      activeDot={false}
      isAnimationActive={false}
    />,
  ];
}
