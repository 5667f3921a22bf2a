/* The lock screen: the clock, and the first line of the last message that rang. */

import { firstLine } from "./bubble.js";
import { ago, now } from "./clock.js";
import { byId } from "./element.js";

/** The strip that shows what a push would show. */
export class LockScreen {
  #last = null;

  constructor() {
    this.tick();
    setInterval(() => this.tick(), 1000);
  }

  /** Starts over with the newest of these messages that rang. */
  reset(messages) {
    this.#last = null;
    byId("push").hidden = true;
    byId("no-push").hidden = false;
    for (const message of messages) this.ring(message, false);
  }

  /** Shows a message, unless it came silently or from the person. */
  ring(message, fresh = true) {
    if (message.silent || message.deleted || !message.from.is_bot) return;
    this.#last = message;
    byId("push-app").textContent = message.from.first_name;
    byId("push-line").textContent = firstLine(message);
    byId("no-push").hidden = true;
    const push = byId("push");
    push.hidden = false;
    push.classList.remove("fresh");
    void push.offsetWidth;
    push.classList.toggle("fresh", fresh);
    this.tick();
  }

  /** Moves the clock on. */
  tick() {
    const date = now();
    byId("lock-time").textContent = date.toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
    byId("lock-date").textContent = date.toLocaleDateString(undefined, { weekday: "long", day: "numeric", month: "long" });
    if (this.#last) byId("push-time").textContent = ago(this.#last.date);
  }
}
