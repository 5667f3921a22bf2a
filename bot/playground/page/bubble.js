/* One message as a row of the chat: reply, media, text, time, keyboard, reaction. */

import { ago } from "./clock.js";
import { byId, element } from "./element.js";
import { fileUrl } from "./emulator.js";
import { rich } from "./text.js";

/** The row of a message. `on.command`, `on.press(message, button, node)`, `on.jump(id)` and `on.toast` are called back. */
export function row(message, on) {
  const own = !message.from.is_bot;
  const keyboard = message.reply_markup?.inline_keyboard;
  const unit = element("div", { class: `unit${keyboard ? " wide" : ""}` }, bubble(message, on));
  if (keyboard) unit.append(keys(message, keyboard, on));
  if (message.reaction.length) unit.append(element("span", { class: "reaction" }, ...message.reaction.map((one) => one.emoji ?? "★")));
  return element("li", { class: `row${own ? " own" : ""}${message.silent ? " silent" : ""}`, "data-row": message.message_id }, unit);
}

/** What a push would show of a message: its first line. */
export function firstLine(message) {
  const text = message.text ?? message.caption;
  if (text) return text.split("\n", 1)[0];
  if (message.photo) return "🖼 Photo";
  return message.document ? `📎 ${message.document.file_name}` : "Message";
}

function bubble(message, on) {
  const text = message.text ?? message.caption ?? "";
  const entities = message.entities ?? message.caption_entities;
  const bare = message.photo && !text && !message.reply_to_message;
  const found = element("div", { class: `bubble${bare ? " bare" : ""}`, "data-message-id": message.message_id, "data-testid": "bubble" });
  if (message.reply_to_message) found.append(reply(message.reply_to_message, on));
  if (message.photo) found.append(photo(message.photo.at(-1)));
  if (message.document) found.append(file(message.document));
  found.append(rich(text, entities, on), meta(message));
  found.addEventListener("click", (event) => copyCode(event, on));
  return found;
}

function meta(message) {
  const date = message.edit_date ?? message.date;
  const marks = [message.silent ? "🔕" : "", message.has_protected_content ? "🔒" : "", message.edit_date ? "edited" : ""];
  const when = element("time", { "data-date": date, title: new Date(date * 1000).toLocaleString() }, ago(date));
  return element("span", { class: "meta" }, ...marks.filter(Boolean), when);
}

function reply(to, on) {
  const name = to.from.first_name;
  return element("button", { class: "reply", onclick: () => on.jump(to.message_id) }, element("b", {}, name), element("span", {}, firstLine(to)));
}

function photo(size) {
  const image = element("img", { src: fileUrl(size.file_id), width: size.width, height: size.height, alt: "photo", loading: "lazy" });
  const open = () => {
    byId("viewer").firstElementChild.src = image.src;
    byId("viewer").showModal();
  };
  return element("button", { class: "photo", "aria-label": "Enlarge photo", onclick: open }, image);
}

function file(document) {
  const suffix = document.file_name.includes(".") ? document.file_name.split(".").pop().slice(0, 4) : "file";
  const name = element("div", {}, element("b", {}, document.file_name), element("span", {}, bytes(document.file_size)));
  return element("a", { class: "file", href: fileUrl(document.file_id), download: document.file_name }, element("i", {}, suffix), name);
}

function bytes(size) {
  if (size < 1024) return `${size} B`;
  return size < 1024 * 1024 ? `${(size / 1024).toFixed(1)} kB` : `${(size / 1024 / 1024).toFixed(1)} MB`;
}

function keys(message, rows, on) {
  const lines = rows.map((line) => element("div", {}, ...line.map((button) => key(message, button, on))));
  return element("div", { class: "keyboard" }, ...lines);
}

function key(message, button, on) {
  const kind = button.url ? "url" : button.copy_text ? "copy" : "";
  const node = element("button", {
    class: `kb-button ${button.style ?? ""} ${kind}`.trim().replace(/ +/g, " "),
    "data-testid": "kb-button",
    "data-callback": button.callback_data,
    disabled: Boolean(button.disabled),
    onclick: () => on.press(message, button, node),
  }, button.text);
  return node;
}

function copyCode(event, on) {
  const code = event.target.closest("code");
  if (!code || window.getSelection().toString()) return;
  navigator.clipboard?.writeText(code.textContent);
  on.toast("Copied to clipboard");
}
