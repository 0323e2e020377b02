"use strict";
// The page for the person at this machine. It asks the gateway that it came from, draws what it says, and keeps what is there
// in place while it changes, so that neither the keyboard's focus nor a screen reader loses it.

(() => {
  const STATE_EVERY = 1500;
  const OFFERS_EVERY = 60_000;
  const FIND_FROM = 8;
  const LATELY_MAX = 6;
  const HOUR = 3_600_000;

  const STATES = {
    "not yet looked at": "Just ordered", QUEUED: "In the queue", OFFERED: "In the queue", ACCEPTED: "Getting ready",
    FETCHING: "Being fetched", STAGED: "Fetched", WAITING: "Waiting", PRECHECK: "Being checked", PREPARED: "Ready",
    APPLYING: "Being put in place", APPLIED: "Put in place", ACTIVATING: "Being brought into use",
    VERIFYING: "Being verified", COMMITTABLE: "In place and verified", COMMITTING: "Being committed",
    COMMITTED: "In place", FAILED: "Failed; this machine is as it was", UNDOING: "Being taken back",
    UNDONE: "Taken back", UNDO_FAILED: "Failed, and could not be taken back; call for help",
    NOT_APPLICABLE: "Not for this machine", ALREADY_AT_TARGET: "Was there already", REFUSED: "Refused",
    DECLINED: "Declined", TIMED_OUT: "Took too long; this machine is as it was", UNREACHABLE: "Not reached",
    CANCELLED: "Cancelled", SUPERSEDED: "Replaced by something newer", DELETED: "Deleted",
  };
  const DOING = {
    distribute: "Fetch", install: "Install", update: "Update to", activate: "Bring into use", commit: "Keep",
    rollback: "Take back", remove: "Remove", delete: "Delete the copy of",
  };
  const CHANGING = new Set(["APPLYING", "APPLIED", "ACTIVATING", "VERIFYING", "COMMITTING", "UNDOING"]);

  const byId = (id) => document.getElementById(id);
  let token = "";
  let offers = [];
  let state = { lines: [], actions: [] };
  let ended = null;
  const told = new Map();
  const restarts = new Map();

  // ---- drawing ---------------------------------------------------------------------------------------------------

  function make(kind, className, text) {
    const node = document.createElement(kind);
    if (className) node.className = className;
    if (text !== undefined) node.textContent = text;
    return node;
  }

  function say(text) {
    byId("said").textContent = text;
  }

  function write(node, text) {
    if (node.textContent !== text) node.textContent = text;
    node.hidden = text === "";
  }

  /** Makes the children of a list those of the values, keeping the ones that are there. */
  function fill(list, values, keyOf, create, update) {
    const there = new Map([...list.children].map((child) => [child.dataset.key, child]));
    let at = list.firstElementChild;
    for (const value of values) {
      const key = keyOf(value);
      let card = there.get(key);
      there.delete(key);
      if (!card) {
        card = make("li", "card");
        card.dataset.key = key;
        create(card);
      }
      if (card === at) {
        at = at.nextElementSibling;
      } else {
        list.insertBefore(card, at);
      }
      update(card, value);
    }
    for (const gone of there.values()) {
      if (gone.contains(document.activeElement)) byId("main").focus();
      gone.remove();
    }
  }

  function parts(card, ...made) {
    card.append(...made);
    card.parts = made;
    return made;
  }

  const local = (millis) => new Date(millis).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });

  /** Times in the agent's sentences, as this person's clock shows them. */
  const readable = (text) =>
    text.replace(/\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?Z/g, (time) => local(Date.parse(time)));

  function bytes(count) {
    const units = ["bytes", "KiB", "MiB", "GiB", "TiB"];
    let unit = 0;
    let value = count;
    while (value >= 1024 && unit < units.length - 1) {
      value /= 1024;
      unit++;
    }
    return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
  }

  const nameOf = (subject) => subject.replace(/^bundle /, "").replace("@", " ");

  function button(text, className, act) {
    const made = make("button", className, text);
    made.type = "button";
    made.addEventListener("click", () => act(made));
    return made;
  }

  // ---- what will happen ------------------------------------------------------------------------------------------

  function createAction(card) {
    const title = make("h3");
    const where = make("p", "what");
    const bar = make("progress");
    const next = make("p");
    const warn = make("p", "note warn");
    const buttons = make("div", "buttons");
    const label = make("label", "visually-hidden", "Put off for");
    const span = make("select");
    span.id = `defer-${card.dataset.key}`;
    label.htmlFor = span.id;
    const put = button("Put it off", "plain", (pressed) => putOff(pressed, card.action, Number(span.value)));
    const now = button("Do it now", "plain", (pressed) => putOff(pressed, card.action, 0));
    buttons.append(label, span, put, now);
    Object.assign(card, { span, put, now });
    parts(card, title, where, bar, next, warn, buttons);
  }

  function updateAction(card, action) {
    card.action = action;
    const [title, where, bar, next, warn, buttons] = card.parts;
    write(title, `${DOING[action.operation] ?? action.operation} ${nameOf(action.subject)}`);
    const progress = action.progress;
    let doing = STATES[action.state] ?? action.state;
    if (progress) doing += `: ${progress.step}`;
    if (progress && progress.bytesTotal > 0) {
      doing += `, ${Math.floor(Math.min(100, 100 * progress.bytes / progress.bytesTotal))} % of ${bytes(progress.bytesTotal)}`;
    }
    write(where, readable(action.detail && !progress ? `${doing}: ${action.detail}` : doing));
    bar.hidden = !progress;
    if (progress) {
      bar.setAttribute("aria-label", title.textContent);
      if (progress.bytesTotal > 0) {
        bar.max = progress.bytesTotal;
        bar.value = progress.bytes;
      } else {
        bar.removeAttribute("value");
      }
    }
    write(next, action.next === action.detail ? "" : readable(action.next));
    const start = action.restartMillis > 0;
    next.className = start ? "note warn" : "";
    write(warn, action.irreversible ? "Irreversible: once in place it cannot be taken back." : "");
    const most = action.deferUntilMillis - Date.now();
    const may = most > 60_000 && (start || !CHANGING.has(action.state));
    write(card.put, start ? "Put the restart off" : "Put it off");
    write(card.now, start ? "Put the restart off no longer" : "Do it now");
    buttons.hidden = !may && action.deferredMillis <= Date.now();
    card.now.hidden = action.deferredMillis <= Date.now();
    card.span.hidden = card.put.hidden = !may;
    if (may && document.activeElement !== card.span) spans(card.span, most, action.deferUntilMillis);
    card.put.setAttribute("aria-label", `${card.put.textContent}: ${title.textContent}`);
    card.now.setAttribute("aria-label", `${card.now.textContent}: ${title.textContent}`);
  }

  function spans(select, most, until) {
    const choices = [[HOUR, "for 1 hour"], [4 * HOUR, "for 4 hours"], [24 * HOUR, "for a day"]]
      .filter(([millis]) => millis < most - 60_000);
    choices.push([-until, `until ${local(until)}`]);
    const wanted = JSON.stringify(choices);
    if (select.dataset.choices === wanted) return;
    select.dataset.choices = wanted;
    const before = select.value;
    select.replaceChildren(...choices.map(([millis, text]) => {
      const option = make("option", "", text);
      option.value = String(millis);
      return option;
    }));
    if (choices.some(([millis]) => String(millis) === before)) select.value = before;
  }

  const putOff = (pressed, action, span) =>
    change(pressed, "/page/defer", {
      action: action.action,
      millis: span < 0 ? Math.max(0, -span - Date.now()) : span,
    }, (answer) => (answer.deferredMillis > Date.now()
      ? `${answer.restartMillis > 0 ? "The restart for " : ""}${nameOf(answer.subject)} is put off until ${local(answer.deferredMillis)}`
      : `${nameOf(answer.subject)} goes on`));

  // ---- what is in place ------------------------------------------------------------------------------------------

  const HEALTHS = {
    ok: "", error: "It does not work as it should.", drift: "Some of its files were changed.", unknown: "",
  };
  const ACTIVATIONS = {
    inactive: "Not in use yet.", "pending-restart": "In use after it is started again.",
    "pending-reboot": "In use after this machine is started again.", active: "",
  };

  function createLine(card) {
    const title = make("h3");
    const what = make("p", "what");
    const note = make("p", "note warn");
    const buttons = make("div", "buttons");
    const back = button("", "plain", (pressed) => rollback(pressed, card.line));
    buttons.append(back);
    card.back = back;
    parts(card, title, what, note, buttons);
  }

  function updateLine(card, line) {
    card.line = line;
    const [title, what, note, buttons] = card.parts;
    write(title, `${line.name} ${line.version}`);
    write(what, line.transaction === "undoable" ? "Installed, not yet committed" : "Installed");
    write(note, [ACTIVATIONS[line.activation] ?? line.activation, HEALTHS[line.health] ?? line.health, readable(line.detail)]
      .filter((text) => text).join(" "));
    const target = line.previous ? `Back to ${line.previous}` : "Take it away again";
    write(card.back, target);
    card.back.setAttribute("aria-label", `${line.name}: ${target}`);
    const busy = state.actions.some((action) => !action.ended && action.operation !== "distribute"
      && nameOf(action.subject).startsWith(`${line.name} `));
    buttons.hidden = busy || (!line.undoable && !line.previous);
  }

  async function rollback(pressed, line) {
    const yes = await ask(
      line.previous ? `Back to ${line.name} ${line.previous}?` : `Take ${line.name} away?`,
      line.previous
        ? `${line.version} is replaced by ${line.previous}, which is kept on this machine.`
        : `Nothing was there before ${line.version}, so nothing will be.`,
      line.previous ? "Go back" : "Take it away");
    if (yes) {
      await change(pressed, "/page/rollback", { name: line.name, platform: line.platform },
        () => `${line.name} is on its way back`);
    }
  }

  // ---- what may be installed -------------------------------------------------------------------------------------

  function createOffer(card) {
    const title = make("h3");
    const what = make("p", "what");
    const warn = make("p", "note warn");
    const buttons = make("div", "buttons");
    const put = button("Install", "", (pressed) => install(pressed, card.offer));
    buttons.append(put);
    card.put = put;
    parts(card, title, what, warn, buttons);
  }

  function updateOffer(card, offer) {
    card.offer = offer;
    const [title, what, warn, buttons] = card.parts;
    write(title, `${offer.name} ${offer.version}`);
    const line = state.lines.find((one) => one.name === offer.name && one.platform === offer.platform);
    const there = line && line.version === offer.version;
    const running = state.actions.some((action) => !action.ended && nameOf(action.subject) === `${offer.name} ${offer.version}`
      && (action.operation === "install" || action.operation === "update"));
    write(what, [
      offer.kind === "bundle" ? "several releases, installed as one" : offer.bytes ? bytes(offer.bytes) : "",
      offer.here ? "on this machine already" : "",
      there ? "installed" : line && line.version ? `${line.version} is installed` : "",
    ].filter((text) => text).join(", "));
    write(warn, offer.unable ? readable(offer.unable) : offer.irreversible && !there
      ? "Irreversible: once in place it cannot be taken back." : "");
    buttons.hidden = Boolean(there) || Boolean(offer.unable);
    card.put.disabled = running;
    write(card.put, running ? "Ordered" : "Install");
    card.put.setAttribute("aria-label", `${running ? "Ordered" : "Install"}: ${offer.name} ${offer.version}`);
  }

  async function install(pressed, offer) {
    if (offer.irreversible) {
      const yes = await ask(`Install ${offer.name} ${offer.version}?`,
        "Once in place it cannot be taken back.", "Install it");
      if (!yes) return;
    }
    await change(pressed, "/page/install",
      { name: offer.name, version: offer.version, platform: offer.platform },
      () => `${offer.name} ${offer.version} is ordered`);
  }

  // ---- what happened ---------------------------------------------------------------------------------------------

  function createEnded(card) {
    parts(card, make("h3"), make("p", "note"));
  }

  function updateEnded(card, action) {
    const [title, how] = card.parts;
    write(title, `${DOING[action.operation] ?? action.operation} ${nameOf(action.subject)}`);
    how.className = `note ${action.succeeded ? "good" : "bad"}`;
    const words = [STATES[action.state] ?? action.state, action.meaning && !action.succeeded ? action.meaning : "",
      readable(action.detail)];
    write(how, words.filter((text) => text).join(": "));
  }

  // ---- asking ----------------------------------------------------------------------------------------------------

  function ask(title, text, yes) {
    const dialog = byId("ask");
    byId("ask-title").textContent = title;
    byId("ask-text").textContent = text;
    byId("ask-yes").textContent = yes;
    dialog.returnValue = "no";
    dialog.showModal();
    return new Promise((resolve) => {
      dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
    });
  }

  async function get(path) {
    const response = await fetch(path, { cache: "no-store", credentials: "omit" });
    const answer = await response.json();
    if (!response.ok) throw new Error(answer.reason ?? `The gateway answered ${response.status}.`);
    return answer;
  }

  async function change(pressed, path, wish, done) {
    pressed.disabled = true;
    try {
      const response = await fetch(path, {
        method: "POST", credentials: "omit", body: JSON.stringify(wish),
        headers: { "Content-Type": "application/json", "X-Packhorse-Token": token },
      });
      const answer = await response.json();
      if (!response.ok) throw new Error(answer.reason ?? `The gateway answered ${response.status}.`);
      say(done(answer));
      trouble("asked", "");
    } catch (failure) {
      trouble("asked", failure.message);
    } finally {
      pressed.disabled = false;
      await look();
    }
  }

  const troubles = new Map();

  function trouble(where, text) {
    troubles.set(where, text);
    write(byId("trouble"), readable([...troubles.values()].filter((one) => one).join(" — ")));
  }

  function tell(actions) {
    for (const action of actions) {
      const before = told.get(action.action);
      if (before !== undefined && before !== action.state) {
        say(`${nameOf(action.subject)}: ${STATES[action.state] ?? action.state}`);
      }
      told.set(action.action, action.state);
      if (action.restartMillis > 0 && restarts.get(action.action) !== action.restartMillis) say(readable(action.next));
      restarts.set(action.action, action.restartMillis);
    }
  }

  function draw() {
    const going = state.actions.filter((action) => !action.ended);
    const lines = state.lines.filter((line) => line.version);
    const over = state.actions.filter((action) => action.ended).slice(-LATELY_MAX).reverse();
    fill(byId("coming"), going, (action) => action.action, createAction, updateAction);
    fill(byId("lines"), lines, (line) => `${line.name} ${line.platform}`, createLine, updateLine);
    fill(byId("lately"), over, (action) => action.action, createEnded, updateEnded);
    byId("coming-none").hidden = going.length > 0;
    byId("lines-none").hidden = lines.length > 0;
    byId("lately-part").hidden = over.length === 0;
    const wanted = byId("find").value.trim().toLowerCase();
    byId("finder").hidden = offers.length < FIND_FROM;
    const shown = offers.filter((offer) => `${offer.name} ${offer.version}`.toLowerCase().includes(wanted));
    fill(byId("offers"), shown, (offer) => `${offer.name} ${offer.version} ${offer.platform}`, createOffer, updateOffer);
    byId("offers-none").hidden = shown.length > 0;
    if (offersKnown) write(byId("offers-none"), shown.length > 0 ? "" : wanted ? "Nothing of that name." : "Nothing is offered to this machine.");
    byId("about").textContent = `Packhorse agent ${state.agent.slice(0, 8)}${state.site ? `, site ${state.site}` : ""}`;
  }

  let looking = false;
  let offersKnown = false;

  async function look() {
    if (looking) return;
    looking = true;
    try {
      state = await get("/page/state");
      token = state.token;
      trouble("agent", state.installerTrouble ? `Nothing can be installed now: ${state.installerTrouble}` : "");
      tell(state.actions);
      draw();
      const now = state.actions.filter((action) => action.ended).map((action) => action.action).join();
      if (ended !== null && ended !== now) await lookIntoCatalogue();
      ended = now;
    } catch (failure) {
      trouble("agent", failure instanceof TypeError ? "The agent of this machine does not answer." : failure.message);
    } finally {
      looking = false;
    }
  }

  async function lookIntoCatalogue() {
    try {
      offers = (await get("/page/offers")).offers;
      offersKnown = true;
      trouble("offers", "");
      if (state.agent) draw();
    } catch (failure) {
      if (!(failure instanceof TypeError)) trouble("offers", failure.message);
    }
  }

  byId("find").addEventListener("input", draw);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) look();
  });
  setInterval(() => {
    if (!document.hidden) look();
  }, STATE_EVERY);
  setInterval(() => {
    if (!document.hidden) lookIntoCatalogue();
  }, OFFERS_EVERY);
  look().then(lookIntoCatalogue);
})();
