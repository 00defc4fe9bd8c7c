// The texts of the page. French is the default language.

const texts = {
  fr: {
    title: "Traitements",
    note: "Page d’exploitation simplifiée qui utilise l’API de DolphinScheduler. Ce n’est pas son interface officielle.",
    skip: "Aller au contenu",
    otherLanguage: "English",
    login: "Se connecter",
    logout: "Se déconnecter",
    user: "Identifiant",
    password: "Mot de passe",
    project: "Projet",
    workflows: "Traitements planifiés",
    noProject: "Aucun projet : le déploiement n’en a pas encore créé.",
    noWorkflow: "Ce projet ne contient aucun traitement.",
    refreshed: "Actualisé à {time}",
    workflow: "Traitement",
    schedule: "Planification",
    state: "État",
    lastRun: "Dernière exécution",
    actions: "Actions",
    never: "Jamais exécuté",
    byHand: "Lancement manuel uniquement",
    scheduled: "Planifié",
    paused: "En pause",
    offline: "Hors ligne",
    online: "En ligne",
    pause: "Mettre en pause",
    resume: "Reprendre",
    start: "Lancer",
    startOf: "Lancer {name}",
    pauseOf: "Mettre en pause {name}",
    resumeOf: "Reprendre {name}",
    stopOf: "Arrêter l’exécution {id}",
    stop: "Arrêter",
    cancel: "Annuler",
    rangeNote: "Pour un rattrapage, indiquez une période. Laissez les champs vides pour une exécution normale.",
    from: "Du (UTC)",
    to: "Au (UTC, exclu)",
    rangeHalf: "Indiquez les deux dates ou aucune.",
    rangeOrder: "La fin doit être postérieure au début.",
    withoutWaiting: "Cette exécution n’attendra pas les autres traitements (tâches ignorées : {names}).",
    runsOf: "Dernières exécutions de {name}",
    noRun: "Aucune exécution.",
    run: "Exécution",
    startedBy: "Lancement",
    begin: "Début",
    duration: "Durée",
    tasksOf: "Tâches de l’exécution {id} de {name}",
    noTask: "Aucune tâche n’a encore commencé.",
    task: "Tâche",
    attempt: "Tentative",
    log: "Journal",
    logOf: "Journal de {name}, tentative {attempt}",
    openLog: "Voir le journal",
    noLog: "Aucun journal",
    emptyLog: "(vide)",
    started: "Le traitement {name} est lancé.",
    stopping: "L’arrêt de l’exécution {id} a été demandé.",
    pausedNow: "Le traitement {name} est en pause. Le prochain déploiement le réactivera.",
    resumedNow: "La planification de {name} a repris.",
    confirmStop: "Arrêter l’exécution {id} ? Ses tâches seront interrompues.",
    expired: "Votre session a expiré. Reconnectez-vous.",
    unreachable: "DolphinScheduler ne répond pas. Nouvelle tentative dans quelques secondes.",
    refused: "DolphinScheduler a refusé la demande : {reason}",
    wrongLogin: "Identifiant ou mot de passe incorrect.",
    unknown: "État inconnu ({state})",
    by: { SCHEDULER: "Planifié", START_PROCESS: "Manuel", other: "Autre ({kind})" },
    states: {
      SUBMITTED_SUCCESS: "En file d’attente",
      RUNNING_EXECUTION: "En cours",
      READY_PAUSE: "Pause demandée",
      PAUSE: "En pause",
      READY_STOP: "Arrêt demandé",
      STOP: "Arrêtée",
      SKIPPED: "Ignorée : une autre exécution était en cours",
      FAILURE: "Échec",
      SUCCESS: "Réussie",
      NEED_FAULT_TOLERANCE: "À reprendre sur un autre serveur",
      KILL: "Interrompue",
      DELAY_EXECUTION: "Différée",
      SERIAL_WAIT: "En attente de l’exécution précédente",
      FORCED_SUCCESS: "Réussite forcée",
      DISPATCH: "Transmise à un serveur",
      READY_BLOCK: "Blocage demandé",
      BLOCK: "Bloquée",
    },
  },
  en: {
    title: "Workflows",
    note: "A simple operator’s page that uses DolphinScheduler’s API. It is not the official interface.",
    skip: "Skip to content",
    otherLanguage: "Français",
    login: "Log in",
    logout: "Log out",
    user: "User",
    password: "Password",
    project: "Project",
    workflows: "Scheduled workflows",
    noProject: "No project: the deployment has not created one yet.",
    noWorkflow: "This project has no workflow.",
    refreshed: "Refreshed at {time}",
    workflow: "Workflow",
    schedule: "Schedule",
    state: "State",
    lastRun: "Last run",
    actions: "Actions",
    never: "Never run",
    byHand: "Manual only",
    scheduled: "Scheduled",
    paused: "Paused",
    offline: "Offline",
    online: "Online",
    pause: "Pause",
    resume: "Resume",
    start: "Run now",
    startOf: "Run {name} now",
    pauseOf: "Pause {name}",
    resumeOf: "Resume {name}",
    stopOf: "Stop run {id}",
    stop: "Stop",
    cancel: "Cancel",
    rangeNote: "Enter a range for a backfill. Leave it empty for a normal run.",
    from: "From (UTC)",
    to: "To (UTC, exclusive)",
    rangeHalf: "Enter both dates or none.",
    rangeOrder: "The end must be after the start.",
    withoutWaiting: "This run does not wait for other workflows (skipped tasks: {names}).",
    runsOf: "Last runs of {name}",
    noRun: "No runs.",
    run: "Run",
    startedBy: "Trigger",
    begin: "Start",
    duration: "Duration",
    tasksOf: "Tasks of run {id} of {name}",
    noTask: "No task has started yet.",
    task: "Task",
    attempt: "Attempt",
    log: "Log",
    logOf: "Log of {name}, attempt {attempt}",
    openLog: "Show the log",
    noLog: "No log",
    emptyLog: "(empty)",
    started: "Workflow {name} was started.",
    stopping: "The stop of run {id} was requested.",
    pausedNow: "Workflow {name} is paused. The next deployment resumes it.",
    resumedNow: "The schedule of {name} was resumed.",
    confirmStop: "Stop run {id}? Its tasks will be killed.",
    expired: "Your session has expired. Log in again.",
    unreachable: "DolphinScheduler does not respond. Trying again in a few seconds.",
    refused: "DolphinScheduler refused the request: {reason}",
    wrongLogin: "Wrong user or password.",
    unknown: "Unknown state ({state})",
    by: { SCHEDULER: "Schedule", START_PROCESS: "Manual", other: "Other ({kind})" },
    states: {
      SUBMITTED_SUCCESS: "Queued",
      RUNNING_EXECUTION: "Running",
      READY_PAUSE: "Pause requested",
      PAUSE: "Paused",
      READY_STOP: "Stop requested",
      STOP: "Stopped",
      SKIPPED: "Skipped: another run was active",
      FAILURE: "Failed",
      SUCCESS: "Succeeded",
      NEED_FAULT_TOLERANCE: "To be resumed on another server",
      KILL: "Killed",
      DELAY_EXECUTION: "Delayed",
      SERIAL_WAIT: "Waiting for the previous run",
      FORCED_SUCCESS: "Forced success",
      DISPATCH: "Sent to a server",
      READY_BLOCK: "Block requested",
      BLOCK: "Blocked",
    },
  },
};

const KEY = "kappastack.language";

let language = localStorage.getItem(KEY) === "en" ? "en" : "fr";

/** The current language. */
export function current() {
  return language;
}

/** The locale for dates and times. Both locales write 22/11/2026. */
export function locale() {
  return language === "fr" ? "fr-FR" : "en-GB";
}

/** Switches to the other language and stores the choice. */
export function toggle() {
  language = language === "fr" ? "en" : "fr";
  localStorage.setItem(KEY, language);
}

/** A text with its {placeholders} replaced. */
export function textOf(key, values = {}) {
  return texts[language][key].replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
}

/** The name of a state of a run or task. */
export function stateName(state) {
  return texts[language].states[state] ?? textOf("unknown", { state });
}

/** The name of what triggered a run. */
export function startedBy(kind) {
  return texts[language].by[kind] ?? texts[language].by.other.replace("{kind}", kind);
}
