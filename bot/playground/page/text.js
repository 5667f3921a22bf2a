/* Text and entities as nodes. Offsets are UTF-16 units, which is how JavaScript indexes strings. */

import { element } from "./element.js";

const TAGS = { bold: "strong", italic: "em", underline: "u", strikethrough: "s", blockquote: "blockquote", code: "code" };
const LINKS = new Set(["mention", "hashtag", "cashtag", "phone_number", "bank_card_number", "text_mention"]);

/** The text as a fragment; `on.command(text)` is called when a command or a start link is pressed. */
export function rich(text, entities, on) {
  const sorted = [...(entities ?? [])].sort((a, b) => a.offset - b.offset || b.length - a.length);
  return walk(text, sorted, 0, text.length, on);
}

/** The nodes from `start` to `end`; an entity that reaches beyond its parent is cut in two. */
function walk(text, entities, start, end, on) {
  const fragment = document.createDocumentFragment();
  const queue = [...entities];
  let at = start;
  while (queue.length) {
    const entity = queue.shift();
    const stop = Math.min(entity.offset + entity.length, end);
    if (entity.offset > at) fragment.append(text.slice(at, entity.offset));
    const inside = [];
    while (queue.length && queue[0].offset < stop) {
      const child = queue.shift();
      const over = child.offset + child.length - stop;
      inside.push(over > 0 ? { ...child, length: child.length - over } : child);
      if (over > 0) queue.push({ ...child, offset: stop, length: over });
    }
    queue.sort((a, b) => a.offset - b.offset || b.length - a.length);
    const children = walk(text, inside, entity.offset, stop, on);
    fragment.append(node(entity, children, text.slice(entity.offset, stop), on));
    at = entity.type === "pre" && stop < end && text[stop] === "\n" ? stop + 1 : stop; // a block ends its own line
  }
  fragment.append(text.slice(at, end));
  return fragment;
}

function node(entity, children, text, on) {
  switch (entity.type) {
    case "pre": return pre(entity, children);
    case "spoiler": return opening(element("span", { class: "spoiler" }, element("span", {}, children)));
    case "expandable_blockquote": return opening(element("blockquote", { class: "expandable" }, children));
    case "bot_command": return element("span", { class: "link command", role: "button", onclick: () => on.command(text) }, children);
    case "text_link": return link(entity.url, children, on);
    case "url": return link(text, children, on);
    case "email": return link(`mailto:${text}`, children, on);
    case "date_time": return moment(entity, children);
    default:
      if (LINKS.has(entity.type)) return element("span", { class: "link" }, children);
      return TAGS[entity.type] ? element(TAGS[entity.type], {}, children) : children;
  }
}

function pre(entity, children) {
  const language = entity.language ? element("span", { class: "language" }, entity.language) : "";
  return element("pre", {}, language, element("code", {}, children));
}

function opening(found) {
  found.addEventListener("click", () => found.classList.toggle("open"));
  return found;
}

/** A link that leaves the page; one that starts the bot is sent to it instead, as Telegram does. */
function link(address, children, on) {
  const url = URL.parse ? URL.parse(address) : safely(address);
  if (!url || !["http:", "https:", "mailto:", "tg:"].includes(url.protocol)) return element("span", { class: "link" }, children);
  const payload = url.hostname === "t.me" && url.searchParams.get("start");
  if (payload) return element("span", { class: "link", role: "button", onclick: () => on.command(`/start ${payload}`) }, children);
  return element("a", { href: url.href, target: "_blank", rel: "noopener noreferrer" }, children);
}

function safely(address) {
  try {
    return new URL(address);
  } catch {
    return null;
  }
}

/** A moment in the reader's own zone, in the parts that the format asks for. */
function moment(entity, children) {
  const date = new Date(entity.unix_time * 1000);
  const format = entity.date_time_format ?? "";
  const options = {};
  if (/w/i.test(format)) options.weekday = "long";
  if (/d/i.test(format)) Object.assign(options, { day: "numeric", month: format.includes("D") ? "long" : "short", year: "numeric" });
  if (/t/i.test(format)) Object.assign(options, { hour: "2-digit", minute: "2-digit", ...(format.includes("T") && { second: "2-digit" }) });
  const shown = Object.keys(options).length ? date.toLocaleString(undefined, options) : children;
  return element("time", { datetime: date.toISOString(), title: date.toLocaleString() }, shown);
}
