import { RejectedPanel } from "../components/RejectedPanel";
import { QualityPanel } from "./QualityPanel";

/** The product's part of the pipeline page: the quality of its data and the rejected messages. */
export function DataPanels() {
  return (
    <>
      <QualityPanel />
      <RejectedPanel />
    </>
  );
}
