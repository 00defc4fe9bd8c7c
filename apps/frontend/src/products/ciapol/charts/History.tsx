import { AqiHistory } from "./AqiHistory";
import { MeansHistory } from "./MeansHistory";
import type { HistoryProps } from "./period";

/** Both charts of a station; they are loaded together with the chart library. */
export default function History(props: HistoryProps) {
  const { stationId, zone, period, predictions } = props;
  return (
    <>
      <MeansHistory {...props} />
      <AqiHistory stationId={stationId} zone={zone} period={period} predictions={predictions} />
    </>
  );
}
