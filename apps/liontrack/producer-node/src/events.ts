import * as z from "zod";

/** An identifier: 1 to 64 bytes without control characters and slashes, as in the topics' fields files. */
const id = z
  .string()
  .regex(/^[^\u0000-\u001f\u007f/]+$/, "expected text without control characters and slashes")
  .refine((text) => text.trim() !== "" && Buffer.byteLength(text) <= 64, "expected 1 to 64 bytes, not blank");
const text = (bytes: number) =>
  z.string().refine((value) => Buffer.byteLength(value) <= bytes, `expected at most ${bytes} bytes`);
const word = (bytes: number) => text(bytes).refine((value) => value.trim() !== "", "expected text");
const time = z.union([z.date(), z.iso.datetime({ offset: true })]).transform((value) => new Date(value).toISOString());
const metadata = z.record(z.string(), z.json()).refine(
  (value) => Buffer.byteLength(JSON.stringify(value)) <= 65535,
  "expected at most 65535 bytes of JSON",
);

export const positionSchema = z.strictObject({
  lion_id: id,
  name: text(255).optional(),
  position_lat: z.number().min(-90).max(90),
  position_lng: z.number().min(-180).max(180),
  last_update: time,
  metadata: metadata.optional(),
});

export const weightSchema = z.strictObject({
  weight_id: id,
  lion_id: id,
  weight: z.number().positive(),
  unit: z.enum(["kg", "g", "lb"]),
  measured_at: time,
  metadata: metadata.optional(),
});

export const activitySchema = z.strictObject({
  event_id: id,
  user_id: id,
  username: text(255).optional(),
  activity: word(64),
  occurred_at: time,
  metadata: metadata.optional(),
});

export const challengeSchema = z.strictObject({
  challenge_id: id,
  user_id: id,
  title: text(255).optional(),
  status: word(64),
  updated_at: time,
  metadata: metadata.optional(),
});

/** A position of a lion in degrees (WGS 84). */
export type Position = z.input<typeof positionSchema>;
/** A weighing; a later one with the same `weight_id` corrects it. */
export type Weight = z.input<typeof weightSchema>;
/** Something that a user did; `weight_entry` counts as an entered weight. */
export type Activity = z.input<typeof activitySchema>;
/** A change of a challenge; the pipeline counts changes to status `completed`. */
export type Challenge = z.input<typeof challengeSchema>;

/** An invalid event; the message names each invalid field and its expected value. */
export class InvalidEventError extends Error {
  override readonly name = "InvalidEventError";
}

/** Validates and converts an event for its topic. Throws InvalidEventError. */
export function checked<S extends z.ZodType>(schema: S, event: unknown): z.output<S> {
  const found = schema.safeParse(event);
  if (found.success) return found.data;
  const problems = found.error.issues.map(({ path, message }) => `${path.join(".") || "event"}: ${message}`);
  throw new InvalidEventError(problems.join("; "));
}
