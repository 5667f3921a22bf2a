/* The chat page: one person at a time talks to the bot; everything that happens comes over one stream. */

import { Chat } from "./chat.js";
import { setClock } from "./clock.js";
import { Composer } from "./composer.js";
import { byId, element } from "./element.js";
import * as emulator from "./emulator.js";
import { firstLine } from "./bubble.js";
import { LockScreen } from "./lockscreen.js";
import { Panel } from "./panel.js";

const STRANGER = 4004;
const STATE_EVERY = 4000;
const ACTION_LASTS = 5000;
const ACTIONS = { typing: "typing…", upload_photo: "sending a photo…", upload_document: "sending a file…" };

const known = new Map(); // every message by id, in all chats
const unread = new Map(); // user id -> count
let revision = 0;
let user = Number(location.hash.slice(1)) || 1001;
let users = [];
let state = null;
let connected = false;
let toastTimer, actionTimer;

const chat = new Chat({ command: say, press, jump: (id) => chat.jump(id), toast });
const composer = new Composer(say);
const lockScreen = new LockScreen();
const panel = new Panel(say, become, toast);

async function say(text) {
  composer.close();
  try {
    await emulator.say(user, text);
  } catch (error) {
    toast(error.message);
  }
}

async function press(message, button, node) {
  if (button.url) return window.open(button.url, "_blank", "noopener");
  if (button.copy_text) {
    await navigator.clipboard?.writeText(button.copy_text.text);
    return toast("Copied to clipboard");
  }
  node.classList.add("waiting");
  setTimeout(() => node.classList.remove("waiting"), 15_000);
  try {
    await emulator.press(user, message.message_id, button.callback_data);
  } catch (error) {
    node.classList.remove("waiting");
    toast(error.message);
  }
}

/** Keeps a message; answers what was known of it before. */
function note(message) {
  const before = known.get(message.message_id);
  known.set(message.message_id, message);
  revision = Math.max(revision, message.revision);
  return before;
}

function receive(message) {
  const before = note(message);
  if (message.chat.id !== user) {
    if (!before && message.from.is_bot) {
      unread.set(message.chat.id, (unread.get(message.chat.id) ?? 0) + 1);
      showUsers();
    }
    return;
  }
  if (before && JSON.stringify(before) === JSON.stringify(message)) return;
  chat.put(message);
  if (!before) lockScreen.ring(message);
  if (message.from.is_bot) endAction();
  showEmpty();
}

async function become(id) {
  user = id;
  history.replaceState(null, "", `#${id}`);
  unread.delete(id);
  showUsers();
  await showChat();
}

async function showChat() {
  const mine = [...known.values()].filter((message) => message.chat.id === user).sort((a, b) => a.message_id - b.message_id);
  chat.reset(mine);
  lockScreen.reset(mine);
  endAction();
  showEmpty();
  showPinned();
  composer.setCommands(await emulator.commands(user));
}

function showEmpty() {
  const empty = ![...known.values()].some((message) => message.chat.id === user && !message.deleted);
  byId("welcome").hidden = !empty;
  byId("start").hidden = !empty;
  byId("form").hidden = empty;
  if (!empty) return;
  const stranger = !users.some((one) => one.id === user);
  byId("welcome-text").textContent = stranger
    ? "You are a stranger here: whatever you send, a well-kept bot answers with silence."
    : state?.description || "Watches the market and trades by your rules. You look, decide and stop it from here.";
}

function showUsers() {
  const all = [...users, { id: STRANGER, role: "stranger" }];
  byId("users").replaceChildren(...all.map((one) => {
    const count = unread.get(one.id);
    const badge = count ? [element("span", { class: "badge" }, String(count))] : [];
    return element("button", { "data-user-id": one.id, "aria-pressed": String(one.id === user), onclick: () => become(one.id) }, one.role, ...badge);
  }));
}

function showState(next) {
  if (state && state.started !== next.started) return location.reload(); // another emulator answers here now
  const people = JSON.stringify(users) !== JSON.stringify(next.users);
  state = next;
  users = next.users;
  setClock(next.now);
  byId("bot-name").textContent = next.bot.first_name;
  panel.show(next);
  chat.refreshTimes();
  lockScreen.tick();
  showLink();
  showPinned();
  if (people) showUsers();
  showEmpty();
}

function showLink(busy) {
  const [kind, words] = !connected ? ["gone", "emulator is gone"]
    : state?.down ? ["down", "Telegram is down"]
    : busy ? ["busy", busy]
    : state?.polling ? ["online", state.rate ? "online · rate limited" : "online"]
    : ["connecting", "waiting for the bot"];
  byId("link").dataset.state = kind;
  byId("link").textContent = words;
}

function showPinned() {
  const id = state?.pinned[user];
  const message = id && known.get(id);
  byId("pinned").hidden = !message;
  if (!message) return;
  byId("pinned").replaceChildren(element("span", {}, element("b", {}, "Pinned message"), firstLine(message)));
  byId("pinned").onclick = () => chat.jump(id);
}

function startAction(action) {
  const words = ACTIONS[action] ?? "busy…";
  byId("action").textContent = words;
  byId("action").hidden = false;
  showLink(words);
  chat.toEnd();
  clearTimeout(actionTimer);
  actionTimer = setTimeout(endAction, ACTION_LASTS);
}

function endAction() {
  clearTimeout(actionTimer);
  byId("action").hidden = true;
  showLink();
}

function toast(text) {
  const node = byId("toast");
  node.textContent = text;
  node.hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => { node.hidden = true; }, 3200);
}

function answer(given) {
  chat.answered(given.message_id);
  if (given.user_id !== user || !given.text) return;
  if (!given.show_alert) return toast(given.text);
  byId("alert").firstElementChild.textContent = given.text;
  byId("alert").showModal();
}

/** Fetches what was missed: at the start everything, after a break in the line what changed. */
async function catchUp() {
  connected = true;
  const first = state === null;
  const [missed, current] = await Promise.all([emulator.messages(revision), emulator.state()]);
  for (const message of missed) {
    if (first) note(message);
    else receive(message);
  }
  showState(current);
  if (first) await showChat();
}

byId("viewer").addEventListener("click", () => byId("viewer").close());
setInterval(() => connected && emulator.state().then(showState, () => {}), STATE_EVERY);

emulator.listen({
  open: catchUp,
  lost: () => { connected = false; showLink(); },
  message: receive,
  edit: receive,
  delete: receive,
  reaction: receive,
  answer,
  action: (data) => data.chat_id === user && startAction(data.action),
  commands: async () => composer.setCommands(await emulator.commands(user)),
  pin: async () => showState(await emulator.state()),
  state: (next) => state && showState(next),
});
