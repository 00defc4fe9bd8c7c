import type { Agrees, Assert } from "../../../lib/openapi";
import type { components } from "./openapi";
import type * as schemas from "./schemas";

type Sent = components["schemas"];

/** Compile-time checks of the run-time schemas against the API's description. */
export type Checks = [
  Assert<Agrees<typeof schemas.lionSchema, Sent["Lion"]>>,
  Assert<Agrees<typeof schemas.lionDetailSchema, Sent["LionDetail"]>>,
  Assert<Agrees<typeof schemas.weighingSchema, Sent["Weighing"]>>,
  Assert<Agrees<typeof schemas.trendDaySchema, Sent["WeightTrendDay"]>>,
  Assert<Agrees<typeof schemas.fixSchema, Sent["Fix"]>>,
  Assert<Agrees<typeof schemas.leadingUserSchema, Sent["LeadingUser"]>>,
  Assert<Agrees<typeof schemas.leadingLionSchema, Sent["LeadingLion"]>>,
  Assert<Agrees<typeof schemas.anomalySchema, Sent["Anomaly"]>>,
  Assert<Agrees<typeof schemas.tableQualitySchema, Sent["TableQuality"]>>,
  Assert<Agrees<typeof schemas.healthSchema, Sent["HealthSummary"]>>,
  Assert<Agrees<typeof schemas.reportSchema, Sent["Report"]>>,
];
