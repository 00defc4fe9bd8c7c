import { CATEGORIES, type Category, type Pollutant } from "../api/schemas";

export type Band = { category: Category; low: number; high: number };
/** The averaging time that the EPA's table is defined for. */
export type Averaging = "1h" | "8h" | "24h";

/** Volume of an ideal gas at 25 °C and 1013.25 hPa, in l/mol (CODATA 2018). */
export const MOLAR_VOLUME = 24.4654;
/** Reference temperature of stations that are not registered, in °C. */
export const DEFAULT_REFERENCE = 25;
/** In g/mol, from the standard atomic weights of IUPAC 2021. */
export const MOLAR_MASS = { o3: 47.997, co: 28.01, no2: 46.005, so2: 64.058 } as const;

/**
 * Upper ends of the first five categories in the table's own unit, from the US EPA's "Technical Assistance Document
 * for the Reporting of Daily Air Quality" (EPA-454/B-24-002, May 2024), table 6. The unit of gases is ppb, that of CO
 * ppm; `grams` is the molar mass in g, times a thousand for ppm. O3 has no 8 h row above 200 ppb: the last band is open
 * there.
 */
type Table = { averaging: Averaging; ends: readonly number[]; grams?: number };

const TABLES: Record<Pollutant, Table> = {
  pm25: { averaging: "24h", ends: [9.0, 35.4, 55.4, 125.4, 225.4] },
  pm10: { averaging: "24h", ends: [54, 154, 254, 354, 424] },
  o3: { averaging: "8h", ends: [54, 70, 85, 105, 200], grams: MOLAR_MASS.o3 },
  no2: { averaging: "1h", ends: [53, 100, 360, 649, 1249], grams: MOLAR_MASS.no2 },
  so2: { averaging: "1h", ends: [35, 75, 185, 304, 604], grams: MOLAR_MASS.so2 },
  co: {
    averaging: "8h",
    ends: [4.4, 9.4, 12.4, 15.4, 30.4],
    grams: MOLAR_MASS.co * 1000,
  },
};

export function averagingOf(pollutant: Pollutant): Averaging {
  return TABLES[pollutant].averaging;
}

/** Volume of an ideal gas at a temperature in °C and 1013.25 hPa, in l/mol, as in sql/ciapol/queries/aqi_hourly.sql. */
export function molarVolume(temperature: number): number {
  return (MOLAR_VOLUME * (273.15 + temperature)) / 298.15;
}

export function isGas(pollutant: Pollutant): boolean {
  return TABLES[pollutant].grams !== undefined;
}

/**
 * The category bands of a pollutant up to `top`, in µg/m³. The last band ends at `top`. The bounds of gases are converted
 * to µg/m³ at the station's reference temperature `temperature`, in °C.
 */
export function bandsUpTo(pollutant: Pollutant, top: number, temperature: number): Band[] {
  const { ends, grams } = TABLES[pollutant];
  const microgramsPerUnit = grams === undefined ? 1 : grams / molarVolume(temperature);
  const bands: Band[] = [];
  let low = 0;
  for (const [position, category] of CATEGORIES.entries()) {
    const end = ends[position];
    const high = end === undefined ? Number.POSITIVE_INFINITY : end * microgramsPerUnit;
    bands.push({ category, low, high: Math.min(high, top) });
    if (high >= top) break;
    low = high;
  }
  return bands;
}
