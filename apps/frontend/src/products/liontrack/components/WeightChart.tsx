import { CartesianGrid, ComposedChart, Line, Scatter, XAxis, YAxis } from "recharts";
import { browserZone } from "../../../lib/zone";
import type { WeightTrend } from "../api/schemas";
import { useI18n } from "../texts";

const WIDTH = 640;
const HEIGHT = 260;
const DAY_MS = 86_400_000;

/** Weighings as points and their 30-day mean as a line, in kg. */
export default function WeightChart({ trend }: { trend: WeightTrend }) {
  const { t, format } = useI18n();
  const averages = trend.days.map(({ metric_date, avg_weight }) => ({
    time: Date.parse(`${metric_date}T00:00:00Z`) + DAY_MS,
    average: avg_weight,
  }));
  const weighings = trend.weights.map(({ measured_at, weight }) => ({
    time: Date.parse(measured_at),
    weight,
  }));
  const label = t("lion.weights.label", { points: trend.weights.length });
  return (
    <div className="lion-weights" data-testid="weights" data-points={trend.weights.length}>
      <ComposedChart
        responsive
        style={{ width: "100%", height: HEIGHT }}
        width={WIDTH}
        height={HEIGHT}
        data={averages}
        margin={{ top: 10, right: 8, bottom: 0, left: 0 }}
        title={label}
        accessibilityLayer
      >
        <CartesianGrid vertical={false} />
        <XAxis
          dataKey="time"
          type="number"
          domain={["dataMin", "dataMax"]}
          tickFormatter={(time: number) => format.day(time, browserZone())}
          minTickGap={40}
        />
        <YAxis domain={["auto", "auto"]} width={44} tickFormatter={format.number} />
        <Line
          className="lion-average"
          dataKey="average"
          connectNulls
          dot={false}
          isAnimationActive={false}
          stroke="var(--chart-line)"
        />
        <Scatter
          className="lion-weighing"
          data={weighings}
          dataKey="weight"
          isAnimationActive={false}
          fill="var(--accent)"
        />
      </ComposedChart>
    </div>
  );
}
