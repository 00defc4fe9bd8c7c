import type { Agrees, Assert } from "../../lib/openapi";
import type { components } from "./openapi";
import type {
  alertSchema,
  flowSchema,
  jobSchema,
  monitoredSchema,
  pipelineSchema,
  stepSchema,
} from "./schemas";

type Sent = components["schemas"];

/** Compile-time checks of the run-time schemas against the API's description. */
export type Checks = [
  Assert<Agrees<typeof pipelineSchema, Sent["Pipeline"]>>,
  Assert<Agrees<typeof stepSchema, Sent["PipelineStep"]>>,
  Assert<Agrees<typeof jobSchema, Sent["StreamingJob"]>>,
  Assert<Agrees<typeof alertSchema, Sent["Alert"]>>,
  Assert<Agrees<typeof flowSchema, Sent["Flow"]>>,
  Assert<Agrees<typeof monitoredSchema, Sent["Monitored"]>>,
];
