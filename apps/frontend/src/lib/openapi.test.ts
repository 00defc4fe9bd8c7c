import { describe, expectTypeOf, it } from "vitest";
import * as z from "zod/mini";
import type { Agrees } from "./openapi";

type Sent = {
  id: string;
  kind: string;
  tone: "x" | "y";
  size?: number | null;
  parts: { weight: number; note: string | null }[];
};

const good = z.object({
  kind: z.enum(["a", "b"]),
  tone: z.string(),
  size: z.optional(z.nullable(z.number())),
  parts: z.array(z.object({ note: z.nullable(z.string()) })),
});
const unknownField = z.object({ colour: z.string() });
const otherType = z.object({ id: z.number() });
const noNull = z.object({ size: z.number() });
const nested = z.object({ parts: z.array(z.object({ note: z.string() })) });

// The compiler checks these types; `npm run typecheck` fails if one is wrong.
describe("agreement of a schema with the API's description", () => {
  it("holds for a part of the fields, narrower or wider values and optional fields", () => {
    expectTypeOf<Agrees<typeof good, Sent>>().toEqualTypeOf<true>();
  });

  it("names the field that differs, also inside a list", () => {
    expectTypeOf<Agrees<typeof unknownField, Sent>>().toEqualTypeOf<{
      colour: "the API sends no such field";
    }>();
    expectTypeOf<Agrees<typeof otherType, Sent>>().toEqualTypeOf<{ id: "the API sends another type" }>();
    expectTypeOf<Agrees<typeof noNull, Sent>>().toEqualTypeOf<{ size: "the API may send null" }>();
    expectTypeOf<Agrees<typeof nested, Sent>>().toEqualTypeOf<{
      parts: { note: "the API may send null" };
    }>();
  });
});
