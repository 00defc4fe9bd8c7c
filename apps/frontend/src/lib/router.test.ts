import { describe, expect, it } from "vitest";
import { fillPath, matchPath } from "./router";

describe("paths", () => {
  it("are parsed into the parameters that they were created from", () => {
    const id = "Côte/d'Ivoire #1?";
    expect(matchPath("/things/:id", fillPath("/things/:id", { id }))).toEqual({ id });
  });

  it.each(["/things", "/things/"])("%s matches with or without a slash at its end", (path) => {
    expect(matchPath("/things", path)).toEqual({});
  });

  it.each(["/", ""])("the root matches %j", (path) => expect(matchPath("/", path)).toEqual({}));

  it.each(["/nowhere", "/things", "/things/", "/things/a/b", "/things/%E0%A4%A"])(
    "%s does not match",
    (path) => {
      expect(matchPath("/things/:id", path)).toBeNull();
    },
  );
});
