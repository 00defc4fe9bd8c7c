import { DataTable } from "../../../components/DataTable";
import { PageHead } from "../../../components/PageHead";
import { Panel } from "../../../components/Panel";
import { CATEGORIES, POLLUTANTS, type Pollutant } from "../api/schemas";
import { MOLAR_MASS, MOLAR_VOLUME, molarVolume } from "../aqi/bands";
import { CATEGORY_FACTS } from "../aqi/categories";
import { PollutantName } from "../components/PollutantName";
import { useI18n } from "../texts";

/** The key of the texts about a pollutant; both kinds of particles are averaged alike. */
const textsOf = (pollutant: Pollutant) => (pollutant === "pm25" || pollutant === "pm10" ? "pm" : pollutant);

/** Categories with their range of the index. */
function Categories() {
  const { t } = useI18n();
  return (
    <DataTable
      label={t("method.index")}
      rows={CATEGORIES}
      rowKey={(category) => category}
      columns={[
        {
          header: t("method.category"),
          cell: (category) => (
            <>
              <i
                className="swatch"
                style={{ backgroundColor: CATEGORY_FACTS[category].color }}
                aria-hidden="true"
              />
              {t(`category.${category}`)}
            </>
          ),
        },
        {
          header: t("method.range"),
          cell: (category) => {
            const { low, high } = CATEGORY_FACTS[category];
            return high === null ? t("legend.open", { low }) : t("legend.range", { low, high });
          },
        },
      ]}
    />
  );
}

/** The data that each pollutant's index is computed from. */
function Averages() {
  const { t } = useI18n();
  return (
    <DataTable
      label={t("method.averaging")}
      rows={POLLUTANTS}
      rowKey={(pollutant) => pollutant}
      columns={[
        { header: t("method.pollutant"), cell: (pollutant) => <PollutantName pollutant={pollutant} /> },
        { header: t("method.mean"), cell: (pollutant) => t(`method.${textsOf(pollutant)}.mean`) },
        { header: t("method.minimum"), cell: (pollutant) => t(`method.${textsOf(pollutant)}.minimum`) },
      ]}
    />
  );
}

/** The method of the index, as in sql/ciapol/queries/aqi_hourly.sql. */
export function MethodPage() {
  const { t, format } = useI18n();
  const exact = (value: number) => format.exact(value);
  return (
    <>
      <PageHead title={t("method.title")}>{t("method.lead")}</PageHead>
      <div className="method">
        <Panel title={t("method.index")}>
          <p>{t("method.index.text")}</p>
          <Categories />
        </Panel>
        <Panel title={t("method.averaging")}>
          <p>{t("method.averaging.text")}</p>
          <Averages />
        </Panel>
        <Panel title={t("method.nowcast")}>
          <p>{t("method.nowcast.text")}</p>
        </Panel>
        <Panel title={t("method.ozone")}>
          <p>{t("method.ozone.text")}</p>
        </Panel>
        <Panel title={t("method.conversion")}>
          <p>
            {t("method.conversion.text", {
              volume: exact(MOLAR_VOLUME),
              o3: exact(MOLAR_MASS.o3),
              co: exact(MOLAR_MASS.co),
              no2: exact(MOLAR_MASS.no2),
              so2: exact(MOLAR_MASS.so2),
            })}
          </p>
          <p>{t("method.conversion.reference", { cold: exact(Number(molarVolume(0).toFixed(4))) })}</p>
        </Panel>
        <Panel title={t("method.forecast")}>
          <p>{t("method.forecast.text")}</p>
        </Panel>
        <Panel title={t("method.rounding")}>
          <p>{t("method.rounding.text")}</p>
        </Panel>
        <Panel title={t("method.sources")}>
          <p>{t("method.sources.text")}</p>
        </Panel>
      </div>
    </>
  );
}
