/* The control endpoints, and the stream of what happens. */

async function request(path, body) {
  const options = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
  const response = await fetch(path, options);
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.description ?? response.statusText);
  return answer;
}

export const say = (user_id, text) => request("/emu/say", { user_id, text });
export const press = (user_id, message_id, data) => request("/emu/press", { user_id, message_id, data });
export const fault = (order) => request("/emu/fault", order);
export const messages = (after) => request(`/emu/messages?after=${after}`);
export const commands = (user_id) => request(`/emu/commands?user_id=${user_id}`);
export const state = () => request("/emu/state");
export const fileUrl = (id) => `/emu/file/${encodeURIComponent(id)}`;

/** Calls `on[name](data)` for every event; `on.open` and `on.lost` when the line to the emulator comes and goes. */
export function listen(on) {
  const source = new EventSource("/emu/events");
  source.onopen = on.open;
  source.onerror = on.lost;
  for (const name of ["message", "edit", "delete", "reaction", "answer", "action", "commands", "pin", "state"]) {
    source.addEventListener(name, (event) => on[name](JSON.parse(event.data)));
  }
}
