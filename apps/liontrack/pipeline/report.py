"""The report of a run in Markdown: received messages, exclusions with reasons, scores, anomalies."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from apps.liontrack.pipeline.figures import Figures, figures
from apps.liontrack.pipeline.run import Run
from apps.liontrack.pipeline.store import insert

_SHOWN: Final = 20


@dataclass(frozen=True)
class Words:
    """The texts of a language."""

    title: str
    range: str
    came: str
    topic: str
    received: str
    rejected: str
    excluded: str
    no_exclusion: str
    table: str
    reason: str
    rows: str
    quality: str
    check: str
    passed: str
    health: str
    health_line: str
    no_health: str
    anomalies: str
    no_anomaly: str
    lion: str
    score: str
    average: str
    trend: str
    users: str
    no_user: str
    user: str
    done: str
    engagement: str
    decimal: str


FRENCH: Final = Words(
    title="Rapport LionTrack du {day}",
    range="Jours calculés : du {first} au {last}. {late} jour(s) recalculé(s) à cause de messages arrivés en retard.",
    came="Messages reçus",
    topic="Topic",
    received="Reçus",
    rejected="Rejetés",
    excluded="Exclusions et raisons",
    no_exclusion="Aucune exclusion.",
    table="Table",
    reason="Raison",
    rows="Lignes",
    quality="Qualité des données",
    check="Contrôle",
    passed="Conformes (%)",
    health="Santé des lions",
    health_line="{lions} lions : {above} au-dessus de 80, {middle} entre 60 et 80, {below} en dessous de 60. "
    "Moyenne : {average}.",
    no_health="Aucun lion suivi ce jour-là.",
    anomalies="Anomalies : score de santé inférieur à 60",
    no_anomaly="Aucune anomalie.",
    lion="Lion",
    score="Score de santé",
    average="Poids moyen (kg)",
    trend="Tendance (kg/jour)",
    users="Utilisateurs les plus engagés, 30 jours",
    no_user="Aucune activité.",
    user="Utilisateur",
    done="Défis réussis",
    engagement="Engagement moyen",
    decimal=",",
)
ENGLISH: Final = Words(
    title="LionTrack report of {day}",
    range="Days computed: from {first} to {last}. {late} day(s) computed again for late events.",
    came="Messages received",
    topic="Topic",
    received="Received",
    rejected="Rejected",
    excluded="Exclusions and reasons",
    no_exclusion="No exclusion.",
    table="Table",
    reason="Reason",
    rows="Rows",
    quality="Data quality",
    check="Check",
    passed="Passed (%)",
    health="Health of the lions",
    health_line="{lions} lions: {above} above 80, {middle} from 60 to 80, {below} below 60. Average: {average}.",
    no_health="No lion was tracked on this day.",
    anomalies="Anomalies: health score below 60",
    no_anomaly="No anomaly.",
    lion="Lion",
    score="Health score",
    average="Average weight (kg)",
    trend="Trend (kg/day)",
    users="Most engaged users, 30 days",
    no_user="No activity.",
    user="User",
    done="Challenges completed",
    engagement="Average engagement",
    decimal=".",
)
LANGUAGES: Final = {"fr": FRENCH, "en": ENGLISH}


def write(run: Run) -> date:
    """Write the report in both languages; return its day."""
    day = min(run.end - timedelta(days=1), datetime.now(UTC).date())
    found = figures(run, day)
    for language, words in LANGUAGES.items():
        insert(
            run.store,
            "liontrack_metadata.reports",
            {
                "report_date": day,
                "language": language,
                "run_id": run.id,
                "markdown": markdown(found, words),
                "written_at": datetime.now(UTC).replace(tzinfo=None),
            },
        )
    return day


def markdown(found: Figures, words: Words) -> str:
    """The report as Markdown."""

    def shown(value: object) -> str:
        return f"{value:.1f}".replace(".", words.decimal) if isinstance(value, float) else _text(value)

    def section(heading: str, none: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> list[str]:
        return ["", f"## {heading}", "", *(_table(columns, rows, shown) if rows else [none])]

    health = found.health
    line = (
        words.health_line.format(
            lions=health.lions,
            above=health.above_80,
            middle=health.from_60_to_80,
            below=health.below_60,
            average=shown(health.average),
        )
        if health.lions
        else words.no_health
    )
    lines = [
        f"# {words.title.format(day=found.day.isoformat())}",
        "",
        words.range.format(first=found.first, last=found.last, late=found.late_days),
        *section(words.came, "-", (words.topic, words.received, words.rejected), found.messages),
        *section(words.excluded, words.no_exclusion, (words.table, words.reason, words.rows), found.excluded),
        *section(words.quality, "-", (words.table, words.check, words.passed), found.checks),
        *["", f"## {words.health}", "", line],
        *section(
            words.anomalies,
            words.no_anomaly,
            (words.lion, words.score, words.average, words.trend),
            found.anomalies[:_SHOWN],
        ),
        *section(words.users, words.no_user, (words.user, words.done, words.engagement), found.users[:_SHOWN]),
    ]
    return "\n".join(lines) + "\n"


def _table(columns: Sequence[str], rows: Sequence[Sequence[object]], shown: Callable[[object], str]) -> list[str]:
    lines = [f"| {' | '.join(columns)} |", f"|{'|'.join('---' for _ in columns)}|"]
    return lines + [f"| {' | '.join(map(shown, row))} |" for row in rows]


def _text(value: object) -> str:
    """The text of a table cell. Names are user input, so characters that end the cell or are markup are escaped."""
    text = "-" if value is None else str(value)
    for character in "\\`*_[]<>|":
        text = text.replace(character, f"\\{character}")
    return " ".join(text.split())
