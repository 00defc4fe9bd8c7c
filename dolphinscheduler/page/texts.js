// What the page says. French is the first language.

const texts = {
  fr: {
    title: "Traitements",
    note: "Petite page d’exploitation sur l’API de DolphinScheduler. Ce n’est pas son interface officielle.",
    skip: "Aller au contenu",
    otherLanguage: "English",
    login: "Se connecter",
    logout: "Se déconnecter",
    user: "Utilisateur",
    password: "Mot de passe",
    project: "Projet",
    workflows: "Traitements planifiés",
    noProject: "Aucun projet : le déploiement n’a encore rien mis en place.",
    noWorkflow: "Ce projet n’a aucun traitement.",
    refreshed: "Actualisé à {time}",
    workflow: "Traitement",
    schedule: "Planification",
    state: "État",
    lastRun: "Dernière exécution",
    actions: "Actions",
    never: "Jamais exécuté",
    byHand: "À la main seulement",
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
    rangeNote: "Une période pour un rattrapage, ou rien pour l’exécution habituelle.",
    from: "Du (UTC)",
    to: "Au (UTC, exclu)",
    rangeHalf: "Donnez les deux dates, ou aucune.",
    rangeOrder: "La fin doit être après le début.",
    withoutWaiting: "Il ne sera pas attendu d’autre traitement : {names}.",
    runsOf: "Dernières exécutions de {name}",
    noRun: "Aucune exécution.",
    run: "Exécution",
    startedBy: "Lancée",
    begin: "Début",
    duration: "Durée",
    tasksOf: "Tâches de l’exécution {id} de {name}",
    noTask: "Aucune tâche n’a encore commencé.",
    task: "Tâche",
    attempt: "Essai",
    log: "Journal",
    logOf: "Journal de {name}, essai {attempt}",
    openLog: "Voir le journal",
    noLog: "Pas de journal",
    emptyLog: "(vide)",
    started: "{name} est lancé.",
    stopping: "L’arrêt de l’exécution {id} est demandé.",
    pausedNow: "{name} est en pause. Le prochain déploiement le reprendra.",
    resumedNow: "{name} a repris.",
    confirmStop: "Arrêter l’exécution {id} ? Ses tâches seront interrompues.",
    expired: "La session a expiré : connectez-vous de nouveau.",
    unreachable: "DolphinScheduler ne répond pas. Nouvel essai dans quelques secondes.",
    refused: "DolphinScheduler a refusé : {reason}",
    wrongLogin: "Utilisateur ou mot de passe inconnu.",
    unknown: "Inconnu ({state})",
    by: { SCHEDULER: "par la planification", START_PROCESS: "à la main", other: "autrement ({kind})" },
    states: {
      SUBMITTED_SUCCESS: "En file",
      RUNNING_EXECUTION: "En cours",
      READY_PAUSE: "Pause demandée",
      PAUSE: "En pause",
      READY_STOP: "Arrêt demandé",
      STOP: "Arrêtée",
      SKIPPED: "Omise, une autre était en cours",
      FAILURE: "Échec",
      SUCCESS: "Réussite",
      NEED_FAULT_TOLERANCE: "À reprendre ailleurs",
      KILL: "Interrompue",
      DELAY_EXECUTION: "Différée",
      SERIAL_WAIT: "Attend la précédente",
      FORCED_SUCCESS: "Réussite forcée",
      DISPATCH: "Transmise",
      READY_BLOCK: "Blocage demandé",
      BLOCK: "Bloquée",
    },
  },
  en: {
    title: "Workflows",
    note: "A small operator’s page on DolphinScheduler’s API. It is not its official interface.",
    skip: "Skip to content",
    otherLanguage: "Français",
    login: "Log in",
    logout: "Log out",
    user: "User",
    password: "Password",
    project: "Project",
    workflows: "Scheduled workflows",
    noProject: "No project: the deployment has put nothing in place yet.",
    noWorkflow: "This project has no workflow.",
    refreshed: "Refreshed at {time}",
    workflow: "Workflow",
    schedule: "Schedule",
    state: "State",
    lastRun: "Last run",
    actions: "Actions",
    never: "Never run",
    byHand: "By hand only",
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
    rangeNote: "A range for a backfill, or nothing for the usual run.",
    from: "From (UTC)",
    to: "To (UTC, exclusive)",
    rangeHalf: "Give both dates, or none.",
    rangeOrder: "The end must be after the beginning.",
    withoutWaiting: "It will not wait for other workflows: {names}.",
    runsOf: "Last runs of {name}",
    noRun: "No run.",
    run: "Run",
    startedBy: "Started",
    begin: "Began",
    duration: "Duration",
    tasksOf: "Tasks of run {id} of {name}",
    noTask: "No task has begun yet.",
    task: "Task",
    attempt: "Try",
    log: "Log",
    logOf: "Log of {name}, try {attempt}",
    openLog: "Show the log",
    noLog: "No log",
    emptyLog: "(empty)",
    started: "{name} was started.",
    stopping: "Run {id} was asked to stop.",
    pausedNow: "{name} is paused. The next deployment resumes it.",
    resumedNow: "{name} was resumed.",
    confirmStop: "Stop run {id}? Its tasks will be killed.",
    expired: "The session has expired: log in again.",
    unreachable: "DolphinScheduler does not answer. Trying again in a few seconds.",
    refused: "DolphinScheduler refused: {reason}",
    wrongLogin: "Unknown user or wrong password.",
    unknown: "Unknown ({state})",
    by: { SCHEDULER: "by its schedule", START_PROCESS: "by hand", other: "otherwise ({kind})" },
    states: {
      SUBMITTED_SUCCESS: "Queued",
      RUNNING_EXECUTION: "Running",
      READY_PAUSE: "Pausing",
      PAUSE: "Paused",
      READY_STOP: "Stopping",
      STOP: "Stopped",
      SKIPPED: "Skipped, another one was running",
      FAILURE: "Failed",
      SUCCESS: "Succeeded",
      NEED_FAULT_TOLERANCE: "To be taken over",
      KILL: "Killed",
      DELAY_EXECUTION: "Delayed",
      SERIAL_WAIT: "Waits for the one before",
      FORCED_SUCCESS: "Forced success",
      DISPATCH: "Dispatched",
      READY_BLOCK: "Blocking",
      BLOCK: "Blocked",
    },
  },
};

const KEY = "kappastack.language";

let language = localStorage.getItem(KEY) === "en" ? "en" : "fr";

/** The language that is shown. */
export function current() {
  return language;
}

/** The language with the country whose way of writing dates is meant: 22/11/2026 in both. */
export function locale() {
  return language === "fr" ? "fr-FR" : "en-GB";
}

/** Change to the other language, and keep it. */
export function toggle() {
  language = language === "fr" ? "en" : "fr";
  localStorage.setItem(KEY, language);
}

/** A text with its {placeholders} filled. */
export function say(key, values = {}) {
  return texts[language][key].replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
}

/** A state of a run or task in words. */
export function stateName(state) {
  return texts[language].states[state] ?? say("unknown", { state });
}

/** What started a run. */
export function startedBy(kind) {
  return texts[language].by[kind] ?? texts[language].by.other.replace("{kind}", kind);
}
