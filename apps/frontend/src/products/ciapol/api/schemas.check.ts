import type * as z from "zod/mini";
import type { Agrees, Assert } from "../../../lib/openapi";
import type { components } from "./openapi";
import type * as schemas from "./schemas";

type Sent = components["schemas"];

type Shown = keyof z.infer<typeof schemas.measurementSchema>;
/** Measured quantities of the API that the page does not show: add them to `../weather.ts`. */
type Unknown = Exclude<keyof Sent["Measurement"], Shown | "count">;

/** Compile-time checks of the run-time schemas against the API's description. */
export type Checks = [
  Assert<Agrees<typeof schemas.stationSchema, Sent["Station"]>>,
  Assert<Agrees<typeof schemas.stationDetailSchema, Sent["StationDetail"]>>,
  Assert<Agrees<typeof schemas.measurementSchema, Sent["Measurement"]>>,
  Assert<[Unknown] extends [never] ? true : Unknown>,
  Assert<Agrees<typeof schemas.subIndicesSchema, Sent["SubIndices"]>>,
  Assert<Agrees<typeof schemas.currentSchema, Sent["CurrentAqiList"]>>,
  Assert<Agrees<typeof schemas.currentItemSchema, Sent["CurrentAqi"]>>,
  Assert<Agrees<typeof schemas.aqiHourSchema, Sent["HourlyAqi"]>>,
  Assert<Agrees<typeof schemas.rejectedSchema, Sent["RejectedPage"]>>,
  Assert<Agrees<typeof schemas.rejectedItemSchema, Sent["Rejected"]>>,
  Assert<Agrees<typeof schemas.predictionsSchema, Sent["Predictions"]>>,
  Assert<Agrees<typeof schemas.predictionSchema, Sent["Prediction"]>>,
  Assert<Agrees<typeof schemas.qualityItemSchema, Sent["Quality"]>>,
];
