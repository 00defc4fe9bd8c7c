export type Place = { lat: number; lng: number };
export type Frame = { width: number; height: number; project: (place: Place) => { x: number; y: number } };

const SIZE = 100;
const MARGIN = 0.08;
/** Smallest extent that is drawn, in degrees of latitude: about a kilometre. */
const LEAST_DEGREES = 0.01;

/** Steps between lines of the grid, in degrees. */
const STEPS = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 45];

const bounds = (values: readonly number[]): [number, number] => [Math.min(...values), Math.max(...values)];

function widened([low, high]: [number, number], least: number): [number, number] {
  const missing = Math.max(0, least - (high - low)) / 2;
  const margin = (high - low + 2 * missing) * MARGIN;
  return [low - missing - margin, high + missing + margin];
}

/** The map section that contains the places, in an equirectangular projection that is true to scale at its centre. */
export function frameOf(places: readonly Place[]): Frame & { lats: number[]; lngs: number[] } {
  const lat = widened(bounds(places.map((place) => place.lat)), LEAST_DEGREES);
  const shrink = Math.max(0.05, Math.cos((((lat[0] + lat[1]) / 2) * Math.PI) / 180));
  const lng = widened(bounds(places.map((place) => place.lng)), LEAST_DEGREES / shrink);
  const scale = SIZE / Math.max(lat[1] - lat[0], (lng[1] - lng[0]) * shrink);
  return {
    width: (lng[1] - lng[0]) * shrink * scale,
    height: (lat[1] - lat[0]) * scale,
    project: (place) => ({
      x: (place.lng - lng[0]) * shrink * scale,
      y: (lat[1] - place.lat) * scale,
    }),
    lats: gridLines(lat),
    lngs: gridLines(lng),
  };
}

/** Values of the lines of a grid between two limits: three to eight round numbers. */
export function gridLines([low, high]: [number, number]): number[] {
  const step = STEPS.find((candidate) => (high - low) / candidate <= 6) ?? 45;
  const first = Math.ceil(low / step);
  const count = Math.floor(high / step) - first + 1;
  return Array.from({ length: Math.max(0, count) }, (_, number) =>
    Number(((first + number) * step).toFixed(3)),
  );
}
