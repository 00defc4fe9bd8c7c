import type { Localized } from "../../i18n/translate";

/** A quantity that stations measure besides pollutants. */
type Quantity = { name: Localized; unit: string };

/**
 * The weather that a station's page shows, in this order. The keys are fields of the API's `Measurement`;
 * `api/schemas.check.ts` does not compile if one of those fields is missing here.
 */
export const WEATHER = {
  temperature: { name: { fr: "Température", en: "Temperature" }, unit: "°C" },
  humidity: { name: { fr: "Humidité", en: "Humidity" }, unit: "%" },
  pressure: { name: { fr: "Pression", en: "Pressure" }, unit: "hPa" },
  wind_speed: { name: { fr: "Vent", en: "Wind" }, unit: "m/s" },
} as const satisfies Record<string, Quantity>;

export type WeatherQuantity = keyof typeof WEATHER;

export const WEATHER_QUANTITIES = Object.keys(WEATHER) as WeatherQuantity[];
