/* The panel beside the chat: things to try, trouble to make, and how things stand. */

import { byId, element } from "./element.js";
import { fault } from "./emulator.js";

const JUMP = 3 * 3600;
const RATE = [3, 30];
const TOUR = [
  { title: "Say hello", hint: "/start opens the menu", text: "/start" },
  { title: "Look at the desk", hint: "/status, then Refresh edits it", text: "/status" },
  { title: "Open a position", hint: "/positions, then press one", text: "/positions" },
  { title: "Close everything", hint: "/close_all asks before it acts", text: "/close_all" },
  { title: "Be a viewer", hint: "who looks, but cannot trade", user: 1003, text: "/close_all" },
  { title: "Cut the line", hint: "alerts come late, none is lost", press: "down" },
];

/** The panel; `say(text)` and `become(userId)` act in the chat. */
export class Panel {
  #state = { skew: 0, down: false, rate: null };

  constructor(say, become, toast) {
    this.say = say;
    this.become = become;
    this.toast = toast;
    byId("tour").replaceChildren(...TOUR.map((step, index) => this.#step(step, index + 1)));
    byId("open-panel").addEventListener("click", () => this.#open(true));
    byId("close-panel").addEventListener("click", () => this.#open(false));
    this.#button("down", () => ({ down: !this.#state.down }));
    this.#button("rate", () => ({ rate: this.#state.rate ? null : RATE }));
    this.#button("jump", () => ({ skew: this.#state.skew + JUMP }));
    this.#button("clear", () => ({ clear: true }));
  }

  /** Shows the switches and the facts. */
  show(state) {
    this.#state = state;
    byId("down").setAttribute("aria-pressed", String(state.down));
    byId("rate").setAttribute("aria-pressed", String(Boolean(state.rate)));
    byId("fact-bot").textContent = state.polling ? "listening" : "not listening";
    byId("fact-pending").textContent = state.pending === 1 ? "1 update" : `${state.pending} updates`;
    byId("fact-clock").textContent = state.skew ? `${state.skew > 0 ? "+" : "−"}${hours(Math.abs(state.skew))}` : "on time";
    byId("fact-violations").textContent = state.violations || "none";
    byId("fact-violations").classList.toggle("bad", state.violations > 0);
  }

  #button(id, order) {
    byId(id).addEventListener("click", () => fault(order()).then((answer) => this.show(answer.result), (error) => this.toast(error.message)));
  }

  #step(step, number) {
    const take = async () => {
      button.classList.add("done");
      button.querySelector("i").textContent = "✓";
      this.#open(false);
      if (step.user) await this.become(step.user);
      if (step.press) byId(step.press).click();
      else this.say(step.text);
    };
    const button = element("button", { onclick: take }, element("i", {}, String(number)), element("div", {}, element("b", {}, step.title), element("span", {}, step.hint)));
    return element("li", {}, button);
  }

  #open(open) {
    byId("panel").classList.toggle("open", open);
    byId("open-panel").setAttribute("aria-expanded", String(open));
  }
}

const hours = (seconds) => (seconds % 3600 ? `${(seconds / 3600).toFixed(1)} h` : `${seconds / 3600} h`);
