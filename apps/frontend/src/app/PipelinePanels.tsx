import { Fragment } from "react";
import { useSite } from "../lib/site";
import { useModules } from "./modules";

/** The parts of the pipeline page that the stack's products contribute. */
export function PipelinePanels() {
  const { modules, shown } = useModules();
  const { product: current } = useSite();
  return (
    <>
      {modules
        .filter(({ name }) => shown?.includes(name))
        .map(({ name, PipelinePanel, Provider }) => {
          if (PipelinePanel === undefined) return null;
          const Around = name === current?.name || Provider === undefined ? Fragment : Provider;
          return (
            <Around key={name}>
              <PipelinePanel />
            </Around>
          );
        })}
    </>
  );
}
