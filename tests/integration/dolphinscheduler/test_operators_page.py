"""The operator's page in a browser, with a real server."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from infra.resources.dolphinscheduler.client import DolphinScheduler
from infra.resources.dolphinscheduler.runs import last_runs, parameters_of, run_details, start, wait
from tests.browser import chromium, patient
from tests.integration.dolphinscheduler.conftest import PROJECT, Put, begun, task
from tests.integration.dolphinscheduler.servers import Servers, StandIn

NEVER = {"cron": "0 0 0 1 1 ? 2099", "time_zone": "Africa/Abidjan"}
MARKUP = '<img src=x onerror="document.title=1">'

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def page(browser: Browser, servers: Servers) -> Iterator[Page]:
    """The page, logged in. A script error or a violation of the content security policy fails the test.

    Status 401 of an expired session is not an error.
    """
    context = patient(
        browser.new_context(locale="fr-FR", timezone_id="Africa/Abidjan", viewport={"width": 1280, "height": 1000})
    )
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.goto(f"{servers.url}/dolphinscheduler/")
    log_in(page, servers.secrets["dolphinscheduler-admin"])
    expect(page.get_by_role("heading", name="Traitements planifiés")).to_be_visible()
    page.get_by_label("Projet").select_option(PROJECT)
    yield page
    context.close()
    assert [text for text in problems if "401" not in text] == []


def log_in(page: Page, password: str) -> None:
    page.get_by_label("Mot de passe").fill(password)
    page.get_by_role("button", name="Se connecter").click()


def row(page: Page, name: str) -> str:
    """The text of a workflow's row."""
    return page.locator("#workflows tr", has_text=name).inner_text()


def test_logging_in(put: Put, page: Page, servers: Servers) -> None:
    put("plain")
    assert page.context.cookies() == []
    assert page.evaluate("localStorage.length") == 0
    page.reload()
    expect(page.get_by_role("heading", name="Traitements planifiés")).to_be_visible()
    page.get_by_role("button", name="Se déconnecter").click()
    assert page.evaluate("sessionStorage.length") == 0
    log_in(page, "wrong")
    expect(page.get_by_role("alert")).to_have_text("Identifiant ou mot de passe incorrect.")
    log_in(page, servers.secrets["dolphinscheduler-admin"])
    expect(page.get_by_role("button", name="Lancer plain")).to_be_visible()
    page.evaluate("sessionStorage.setItem('kappastack.session', 'ended')")
    expect(page.get_by_role("alert").first).to_have_text("Votre session a expiré. Reconnectez-vous.")
    expect(page.get_by_label("Mot de passe")).to_be_focused()


def test_texts_of_the_server_are_shown_as_text(put: Put, page: Page, client: DolphinScheduler, tasks: StandIn) -> None:
    put("markup", description=MARKUP, schedule=NEVER)
    put("byhand")
    tasks.behave(work={"exit": 1})
    wait(client, PROJECT, start(client, PROJECT, "markup").id, within=300)
    expect(page.locator("#workflows tr", has_text="markup")).to_contain_text("Échec")
    assert "0 0 0 1 1 ? 2099" in row(page, "markup")
    assert "Africa/Abidjan" in row(page, "markup")
    assert MARKUP in row(page, "markup")
    assert page.locator("#workflows img").count() == 0
    assert "Lancement manuel uniquement" in row(page, "byhand")
    assert "Jamais exécuté" in row(page, "byhand")


def test_running_with_a_range_and_reading_the_log(
    put: Put, page: Page, client: DolphinScheduler, tasks: StandIn
) -> None:
    put("ranged", task("work", description="x"), parameters={"from": "", "to": ""})
    tasks.behave(work={"lines": 1200})
    page.get_by_role("button", name="Lancer ranged").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Du (UTC)").fill("2024-02-01T00:00")
    dialog.get_by_role("button", name="Lancer", exact=True).click()
    expect(dialog.get_by_role("alert")).to_have_text("Indiquez les deux dates ou aucune.")
    dialog.get_by_label("Au (UTC, exclu)").fill("2024-01-01T00:00")
    dialog.get_by_role("button", name="Lancer", exact=True).click()
    expect(dialog.get_by_role("alert")).to_have_text("La fin doit être postérieure au début.")
    dialog.get_by_label("Au (UTC, exclu)").fill("2024-03-01T12:30")
    dialog.get_by_role("button", name="Lancer", exact=True).click()
    expect(page.get_by_role("status")).to_have_text("Le traitement ranged est lancé.")
    page.get_by_role("button", name="ranged", exact=True).click()
    runs = page.get_by_role("region", name="Dernières exécutions de ranged")
    expect(runs.get_by_role("row").nth(1)).to_contain_text("Réussie")
    runs.get_by_role("row").nth(1).get_by_role("button").first.click()
    page.get_by_role("button", name="Voir le journal").click()
    log = page.get_by_role("region", name="Journal de work, tentative 1")
    expect(log.last).to_contain_text("line 1199")
    project = client.project_code(PROJECT)
    [run] = last_runs(client, project, client.processes(project)["ranged"].code)
    assert parameters_of(run_details(client, project, run.id)) == {
        "from": "2024-02-01T00:00:00Z",
        "to": "2024-03-01T12:30:00Z",
    }


def test_pausing_and_resuming(put: Put, page: Page, client: DolphinScheduler) -> None:
    put("paused", schedule=NEVER)
    page.get_by_role("button", name="Mettre en pause paused").click()
    expect(page.get_by_role("status")).to_contain_text("Le prochain déploiement le réactivera")
    expect(page.locator("#workflows tr", has_text="paused")).to_contain_text("En pause")
    project = client.project_code(PROJECT)
    code = client.processes(project)["paused"].code
    assert client.schedules(project, code)[0].release_state == "OFFLINE"
    page.get_by_role("button", name="Reprendre paused").click()
    expect(page.locator("#workflows tr", has_text="paused")).to_contain_text("Planifié")
    assert client.schedules(project, code)[0].release_state == "ONLINE"


def test_stopping(put: Put, page: Page, client: DolphinScheduler, tasks: StandIn) -> None:
    put("stopping")
    tasks.behave(work={"seconds": 120})
    run = start(client, PROJECT, "stopping")
    begun(client, run)
    page.get_by_role("button", name="stopping", exact=True).click()
    page.on("dialog", lambda dialog: dialog.accept())
    page.locator("#runs").get_by_role("button", name=re.compile(rf"^Arrêter .* {run.id}$")).click()
    expect(page.locator("#runs tr").nth(1)).to_contain_text("Arrêtée")
    assert wait(client, PROJECT, run.id, within=300).state == "STOP"


def test_english(put: Put, page: Page) -> None:
    put("translated")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("button", name="Run translated now")).to_be_visible()
    assert page.title() == "Workflows"
    assert page.locator("html").get_attribute("lang") == "en"
    expect(page.get_by_text("It is not the official interface")).to_be_visible()
    page.reload()
    expect(page.get_by_role("button", name="Run translated now")).to_be_visible()
