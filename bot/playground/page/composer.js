/* The input: sends on Enter, grows with the text, completes commands of the menu. */

import { byId, element } from "./element.js";

/** The input row and the command menu above it. */
export class Composer {
  #commands = [];
  #shown = [];
  #chosen = -1;

  constructor(send) {
    this.send = send;
    this.input = byId("composer");
    this.menu = byId("menu");
    this.input.addEventListener("input", () => this.#changed());
    this.input.addEventListener("keydown", (event) => this.#key(event));
    this.input.addEventListener("blur", () => setTimeout(() => this.close(), 160));
    byId("form").addEventListener("submit", (event) => { event.preventDefault(); this.#submit(); });
    byId("open-menu").addEventListener("click", () => this.#toggle());
    byId("start").addEventListener("click", () => this.send("/start"));
    this.#changed();
  }

  /** Sets the commands of the person's scope. */
  setCommands(commands) {
    this.#commands = commands;
    byId("open-menu").hidden = commands.length === 0;
  }

  /** Puts a text into the input, ready to be changed or sent. */
  fill(text) {
    this.input.value = text;
    this.#changed();
    this.input.focus();
  }

  /** Hides the menu. */
  close() {
    this.#show([]);
  }

  #changed() {
    const text = this.input.value;
    this.input.style.height = "auto";
    this.input.style.height = `${Math.min(this.input.scrollHeight + 2, 130)}px`;
    byId("send").disabled = text.trim() === "";
    const typed = /^\/(\w*)$/.exec(text);
    this.#show(typed ? this.#commands.filter((one) => one.command.startsWith(typed[1].toLowerCase())) : []);
  }

  #toggle() {
    if (this.#shown.length) return this.close();
    this.#show(this.#commands);
    this.input.focus();
  }

  #show(commands) {
    this.#shown = commands;
    this.#chosen = -1;
    this.menu.hidden = commands.length === 0;
    byId("open-menu").setAttribute("aria-expanded", String(commands.length > 0));
    this.menu.replaceChildren(...commands.map((one) => element("li", {
      role: "option", "data-command": one.command, onmousedown: (event) => { event.preventDefault(); this.#pick(one); },
    }, element("b", {}, `/${one.command}`), element("span", {}, one.description))));
  }

  #pick(one) {
    this.input.value = "";
    this.#changed();
    this.send(`/${one.command}`);
  }

  #move(step) {
    const size = this.#shown.length;
    this.#chosen = (this.#chosen + step + size) % size;
    [...this.menu.children].forEach((item, index) => {
      item.setAttribute("aria-selected", String(index === this.#chosen));
      if (index === this.#chosen) item.scrollIntoView({ block: "nearest" });
    });
  }

  #key(event) {
    const open = this.#shown.length > 0;
    if (open && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      this.#move(event.key === "ArrowDown" ? 1 : this.#chosen < 0 ? 0 : -1);
    } else if (open && event.key === "Escape") {
      this.close();
    } else if (open && event.key === "Tab") {
      event.preventDefault();
      this.fill(`/${this.#shown[Math.max(this.#chosen, 0)].command} `);
    } else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      if (open && this.#chosen >= 0) this.#pick(this.#shown[this.#chosen]);
      else this.#submit();
    }
  }

  #submit() {
    const text = this.input.value;
    if (text.trim() === "") return;
    this.input.value = "";
    this.#changed();
    this.send(text);
  }
}
