import { AqiHistory } from "./AqiHistory";
import { MeansHistory } from "./MeansHistory";
import type { HistoryProps } from "./period";

/** Both charts of a station; they are loaded together with the chart library. */
export default function History(props: HistoryProps) {
  const { pollutant: _, ...index } = props;
  return (
    <>
      <MeansHistory {...props} />
      <AqiHistory {...index} />
    </>
  );
}
