import { describe, expect, it } from "vitest";
import { frameOf, gridLines } from "./map";

describe("the frame of a map", () => {
  it("contains every place, with north up and east to the right", () => {
    const places = [
      { lat: 38.2, lng: -112.1 },
      { lat: 38.6, lng: -111.7 },
    ];
    const { width, height, project } = frameOf(places);
    const [south, north] = places.map(project);
    for (const { x, y } of [south, north].flatMap((place) => place ?? [])) {
      expect(x).toBeGreaterThan(0);
      expect(x).toBeLessThan(width);
      expect(y).toBeGreaterThan(0);
      expect(y).toBeLessThan(height);
    }
    expect(north?.y).toBeLessThan(south?.y ?? 0);
    expect(north?.x).toBeGreaterThan(south?.x ?? 0);
  });

  it("shrinks longitudes by the cosine of the latitude", () => {
    const { project } = frameOf([
      { lat: 59.9, lng: 10 },
      { lat: 60.1, lng: 10.4 },
    ]);
    const origin = project({ lat: 60, lng: 10 });
    const east = project({ lat: 60, lng: 10.2 }).x - origin.x;
    const north = origin.y - project({ lat: 60.2, lng: 10 }).y;
    expect(east / north).toBeCloseTo(0.5, 2);
  });

  it("shows one place with room around it", () => {
    const { width, height, project, lats } = frameOf([{ lat: 0, lng: 0 }]);
    expect(project({ lat: 0, lng: 0 })).toEqual({ x: width / 2, y: height / 2 });
    expect(lats.length).toBeGreaterThan(1);
  });
});

describe("lines of the grid", () => {
  it("are round numbers within the limits", () => {
    expect(gridLines([38.18, 38.62])).toEqual([38.2, 38.3, 38.4, 38.5, 38.6]);
    expect(gridLines([-180, 180])).toEqual([-180, -135, -90, -45, 0, 45, 90, 135, 180]);
  });
});
