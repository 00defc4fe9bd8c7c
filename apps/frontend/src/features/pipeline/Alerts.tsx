import { Moment } from "../../components/Moment";
import { StateMark } from "../../components/StateMark";
import { useI18n } from "../../i18n/texts";
import type { Alert } from "./schemas";

function Firing({ alert }: { alert: Alert }) {
  const { t, text } = useI18n();
  const critical = alert.severity === "critical";
  return (
    <li className="card" data-alert={alert.name}>
      <div className="card-head">
        <h3>{text({ fr: alert.summary_fr, en: alert.summary })}</h3>
        <p className="card-states">
          <StateMark
            words={t(critical ? "alert.critical" : "alert.warning")}
            tone={critical ? "bad" : "warning"}
            icon="warning"
          />
        </p>
      </div>
      <p>
        {t("alert.since")} <Moment time={alert.started_at} never="" />
        {alert.runbook !== null && (
          <>
            {" · "}
            {t("alert.runbook")} <code>{alert.runbook}</code>
          </>
        )}
      </p>
    </li>
  );
}

/** The alerts that fire, the most severe first. */
export function Alerts({ alerts }: { alerts: readonly Alert[] }) {
  const { t } = useI18n();
  return (
    <section aria-labelledby="alerts-title" data-testid="pipeline-alerts">
      <div className="section-head">
        <h2 id="alerts-title">{t("alert.title")}</h2>
      </div>
      {alerts.length === 0 ? (
        <p>{t("alert.none")}</p>
      ) : (
        <ul className="card-list">
          {alerts.map((alert) => (
            <Firing key={`${alert.name} ${alert.summary}`} alert={alert} />
          ))}
        </ul>
      )}
    </section>
  );
}
