import type { Pollutant } from "../api/schemas";
import { useI18n } from "../texts";

const FORMULA = /^([A-Z]+)([\d.,]+)$/;

/** The chemical symbol of a pollutant, with its number as subscript. */
export function PollutantName({ pollutant }: { pollutant: Pollutant }) {
  const { t } = useI18n();
  const symbol = t(`pollutant.${pollutant}`);
  const [, letters, digits] = FORMULA.exec(symbol) ?? [];
  if (letters === undefined) return <>{symbol}</>;
  return (
    <span className="formula">
      {letters}
      <sub>{digits}</sub>
    </span>
  );
}
