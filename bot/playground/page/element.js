/* Nodes are built here and nowhere from HTML: data can only ever become text. */

/** An element with attributes (a function becomes a listener, false and null are left out) and children. */
export function element(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(name.slice(2), value);
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children);
  return made;
}

/** The element of that id. */
export const byId = (id) => document.getElementById(id);
