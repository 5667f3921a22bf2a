/* The messages of one person's chat: kept in order, edited in place, scrolled to the end. */

import { row } from "./bubble.js";
import { ago, day } from "./clock.js";
import { byId, element } from "./element.js";

const NEAR_END = 90;

/** The list of messages on the page. */
export class Chat {
  #rows = new Map();
  #unread = 0;
  #following = true; // the reader is at the end and wants to stay there

  constructor(on) {
    this.on = on;
    this.list = byId("messages");
    this.scroll = byId("scroll");
    this.scroll.addEventListener("scroll", () => this.#scrolled());
    const growth = new ResizeObserver(() => this.#following && this.toEnd());
    growth.observe(this.list);
    growth.observe(this.scroll);
    byId("to-bottom").addEventListener("click", () => this.toEnd(true));
    setInterval(() => this.refreshTimes(), 15_000);
  }

  /** Shows another chat. */
  reset(messages) {
    this.#rows.clear();
    this.list.replaceChildren();
    for (const message of messages) this.put(message, false);
    this.toEnd();
  }

  /** Adds a message, or puts its new form in the place of the old one. */
  put(message, fresh = true) {
    const old = this.#rows.get(message.message_id);
    if (message.deleted) return this.#remove(message.message_id, old);
    const stay = fresh && !this.#following && message.from.is_bot;
    const made = row(message, this.on);
    this.#rows.set(message.message_id, { node: made, message });
    if (old) this.#replace(old, made, message, fresh);
    else this.#append(made, message, fresh);
    if (!stay) this.toEnd();
    else if (!old) this.#count();
  }

  /** Scrolls a message into view and marks it. */
  jump(id) {
    const bubble = this.#rows.get(id)?.node.querySelector(".bubble");
    bubble?.scrollIntoView({ block: "center", behavior: "smooth" });
    bubble?.classList.add("found");
    setTimeout(() => bubble?.classList.remove("found"), 1400);
  }

  /** Scrolls to the newest message. */
  toEnd(smooth = false) {
    this.#following = true;
    this.scroll.scrollTo({ top: this.scroll.scrollHeight, behavior: smooth ? "smooth" : "instant" });
    this.#read();
  }

  /** Says all times anew. */
  refreshTimes() {
    for (const time of this.list.querySelectorAll("[data-date]")) time.textContent = ago(Number(time.dataset.date));
  }

  /** Ends the waiting of the buttons of a message. */
  answered(id) {
    for (const key of this.#rows.get(id)?.node.querySelectorAll(".waiting") ?? []) key.classList.remove("waiting");
  }

  #append(made, message, fresh) {
    const last = [...this.#rows.values()].at(-2)?.message;
    if (!last || day(last.date) !== day(message.date)) this.list.append(element("li", { class: "day" }, day(message.date)));
    if (last && last.from.id !== message.from.id) made.classList.add("turn");
    if (fresh) made.classList.add("fresh");
    this.list.append(made);
  }

  #replace(old, made, message, fresh) {
    if (old.node.classList.contains("turn")) made.classList.add("turn");
    if (fresh && message.edit_date !== old.message.edit_date) made.querySelector(".bubble").classList.add("flash");
    const open = [...old.node.querySelectorAll(".open")].length;
    if (open) for (const folded of made.querySelectorAll(".spoiler, .expandable")) folded.classList.add("open");
    old.node.replaceWith(made);
  }

  #remove(id, old) {
    if (!old) return;
    this.#rows.delete(id);
    old.node.classList.add("leaving");
    setTimeout(() => old.node.remove(), 260);
  }

  #scrolled() {
    const left = this.scroll.scrollHeight - this.scroll.scrollTop - this.scroll.clientHeight;
    this.#following = left < NEAR_END;
    if (this.#following) this.#read();
  }

  #count() {
    this.#unread += 1;
    byId("unread").textContent = this.#unread;
    byId("to-bottom").hidden = false;
  }

  #read() {
    this.#unread = 0;
    byId("unread").textContent = "";
    byId("to-bottom").hidden = true;
  }
}
