// What the pages ask of the program behind them, and what it tells.

const { invoke } = window.__TAURI__.core;
const { listen } = window.__TAURI__.event;

/** Runs a command; a refusal is an Error whose message is a sentence for the user. */
export async function ask(command, values = {}) {
  try {
    return await invoke(command, values);
  } catch (refusal) {
    throw new Error(String(refusal));
  }
}

const listeners = new Set();
let status = { reachable: false };

/** The daemon's properties, such as "Dictation1.State". */
export function currentStatus() {
  return status;
}

/** Calls back with the status now and at every change; the answer ends it. */
export function onStatus(callback) {
  listeners.add(callback);
  callback(status);
  return () => listeners.delete(callback);
}

function take(next) {
  status = next;
  for (const callback of listeners) callback(status);
}

const events = { list: new Set(), page: new Set(), download: new Set(), drop: new Set() };

/** Calls back at an event: a list changed, a page is wanted, a download went on. */
export function on(event, callback) {
  events[event].add(callback);
  return () => events[event].delete(callback);
}

/** Begins to listen; the answer is what a page needs at the start. */
export async function begin() {
  await listen("status", ({ payload }) => take(payload));
  for (const name of Object.keys(events)) {
    await listen(name === "drop" ? "tauri://drag-drop" : name, ({ payload }) => {
      for (const callback of events[name]) callback(payload);
    });
  }
  const beginning = await ask("start");
  take(beginning.status);
  return beginning;
}

const news = () => document.getElementById("news");

/** Says a sentence that matters now; it goes after a while, or by its button. */
export function say(sentence, kind = "good") {
  const box = news();
  box.className = `news ${kind}`;
  box.textContent = sentence;
  clearTimeout(box.timer);
  box.timer = setTimeout(() => {
    box.textContent = "";
    box.className = "news";
  }, 8000);
}

/** Does something that may be refused, and says so. */
export async function attempt(action, done = null) {
  try {
    const result = await action();
    if (done) say(done);
    return result;
  } catch (error) {
    say(error.message, "bad");
    return undefined;
  }
}
