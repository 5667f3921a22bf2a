/* Telegram's clock as the emulator has it, and times said the way people say them. */

let ahead = 0;

/** Sets the clock to the emulator's, in seconds. */
export function setClock(seconds) {
  ahead = seconds * 1000 - Date.now();
}

/** The emulator's time as a Date. */
export const now = () => new Date(Date.now() + ahead);

/** "now", "4 min", "14:32", or with the day when it is not today. */
export function ago(seconds) {
  const passed = now().getTime() / 1000 - seconds;
  if (passed < 45) return "now";
  if (passed < 3570) return `${Math.round(passed / 60)} min`;
  return clockTime(seconds);
}

/** The time of day. */
export const clockTime = (seconds) => new Date(seconds * 1000).toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

/** The day, as the separator between messages says it. */
export function day(seconds) {
  const date = new Date(seconds * 1000);
  const days = Math.round((midnight(now()) - midnight(date)) / 86_400_000);
  if (days === 0) return "Today";
  if (days === 1) return "Yesterday";
  return date.toLocaleDateString(undefined, { day: "numeric", month: "long" });
}

const midnight = (date) => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
